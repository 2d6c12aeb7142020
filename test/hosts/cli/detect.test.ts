import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import type { ImportIssue } from '../../../src/contract/records.ts'
import { type DetectArguments, readCommand } from '../../../src/hosts/cli/arguments.ts'
import { detect } from '../../../src/hosts/cli/detect.ts'
import { jsonReport, textReport } from '../../../src/hosts/cli/report.ts'
import { UsageError } from '../../../src/hosts/cli/usageError.ts'
import { fakeWorkbench } from './fakeWorkbench.ts'

const folder = mkdtempSync(join(tmpdir(), 'residual-cli-'))
const file = join(folder, 'a.csv')
writeFileSync(file, 'x,y,label\n')
afterAll(() => rmSync(folder, { recursive: true }))

function run(
  options: string[] = [],
  workbench = fakeWorkbench(),
  signal = new AbortController().signal,
  progress = new PassThrough(),
) {
  const given = readCommand(['detect', file, ...options]) as DetectArguments
  return detect(given, { open: workbench.open, samplesFolder: 'none', progress, signal })
}

describe('detect', () => {
  it('reports the whole run as one object', async () => {
    const report = jsonReport(await run())
    expect(report).toEqual({
      rows: 4,
      columns: 3,
      features: 2,
      seconds: { import: expect.any(Number), train: 1.5, score: 0.25 },
      threshold: { rule: 'otsu', value: null },
      flagged: 2,
      // Of two flagged rows one is an anomaly and one is not: precision 1/2, recall 1/1, F1 2/3.
      metrics: { auroc: 1, averagePrecision: 0.75, precision: 0.5, recall: 1, f1: 2 / 3 },
      engine: 'fake',
      seed: 7,
      settings: { seed: 7, steps: 400, flavour: { kind: 'denoising' } },
      steps: 400,
      bestStep: null,
      phases: [],
      parameters: 12,
      written: [],
      runs: [
        {
          run: null,
          seed: 7,
          threshold: { rule: 'otsu', value: null },
          flagged: 2,
          metrics: { auroc: 1, averagePrecision: 0.75, precision: 0.5, recall: 1, f1: 2 / 3 },
        },
      ],
    })
  })

  it('reports for people, without control characters from the file', async () => {
    const text = textReport(await run())
    expect(text).toContain('4 rows, 3 columns, 2 inputs')
    expect(text).toContain('2 of 4 rows flagged (50.0 %): score at least 2, by otsu\n')
    expect(text).toContain("Otsu's split.")
    expect(text).toContain('\nNot trained on: label (label)\n')
    expect(text).toContain(
      'Against label: AUROC 1, average precision 0.75, precision 0.5, recall 1, F1 0.6667',
    )
    expect(text).toContain('   1    3      4      yes  x\uFFFD[31m 75 %')
    expect(text).not.toContain('\u001b')
  })

  it('says on stderr what is likely to spoil the result, and nothing of the rest', async () => {
    const finding = (message: string, serious: boolean) =>
      ({ kind: 'leakage', serious, columns: ['x'], message, reason: 'Because.', fix: null }) as const
    const said = new PassThrough()
    const findings = [finding('x gives y away.', true), finding('x is skewed.', false)]
    await run([], fakeWorkbench({ findings }), undefined, said)
    const text = String(said.read())
    expect(text).toContain('look at this:\n  x gives y away. Because.\n')
    expect(text).not.toContain('skewed')
  })

  it('says on stderr which lines were set aside and which cells left blank, whatever is printed', async () => {
    const at = (line: number, action: ImportIssue['action']): ImportIssue => ({
      line,
      column: null,
      kind: 'other',
      message: `Line ${line}: \u001b[31mwrong.`,
      raw: null,
      action,
    })
    const issues = [
      ...[3, 5, 7, 9, 11].map((line) => at(line, 'quarantined')),
      at(4, 'blanked'),
      ...Array.from({ length: 1200 }, (_, index) => at(index + 20, 'kept')),
    ]
    const said = new PassThrough()
    const found = await run([], fakeWorkbench({ issues }), undefined, said)
    const text = String(said.read()).replaceAll('\uFFFD', '?')
    expect(text).toContain(
      [
        'residual: 5 of 9 lines set aside:',
        '  Line 3: ?[31mwrong.',
        '  Line 5: ?[31mwrong.',
        '  Line 7: ?[31mwrong.',
        '  and 2 more',
        'residual: 1 cell left blank:',
        '  Line 4: ?[31mwrong.',
        'residual: 1,200 remarks on the import:',
      ].join('\n'),
    )
    expect(text).not.toContain('\u001b')
    expect(textReport(found)).toContain('Row numbers leave out the 5 lines set aside')
    expect(Object.keys(jsonReport(found))).toEqual(Object.keys(jsonReport(await run())))
  })

  it('says nothing of an import without complaints', async () => {
    const said = new PassThrough()
    const found = await run([], undefined, undefined, said)
    expect(String(said.read())).toBe('import\ntraining\n')
    expect(textReport(found)).not.toContain('set aside')
  })

  it('refuses a column that --ignore names in a list beside another role', async () => {
    const refused = run(['--label', 'y', '--ignore', 'x,y'])
    await expect(refused).rejects.toThrow(UsageError)
    await expect(refused).rejects.toThrow('--label and --ignore both name "y"')
  })

  it('finds out before it begins that a result cannot be written', async () => {
    const workbench = fakeWorkbench()
    await expect(run(['--out', join(file, 'x.csv')], workbench)).rejects.toThrow('is a file, not a folder')
    await expect(run(['--scores', folder], workbench)).rejects.toThrow('--scores')
    expect(workbench.calls).toEqual([])
  })

  it('passes the options on as calls, in order', async () => {
    const workbench = fakeWorkbench()
    await run(
      ['--label', 'y', '--ignore', 'x', '--seed', '3', '--threshold', 'mad', '--out', join(folder, 'f.csv')],
      workbench,
    )
    expect(workbench.calls.filter(([name]) => /^(start|update|set)/.test(name))).toEqual([
      ['startImport', { source: { kind: 'path', path: file } }],
      [
        'updateColumns',
        {
          datasetId: 'set-1',
          columns: { label: { role: 'ignored' }, y: { role: 'label' }, x: { role: 'ignored' } },
        },
      ],
      ['startTraining', { datasetId: 'set-1', settings: { seed: 3 } }],
      ['setThreshold', { runId: 'run-1', rule: 'mad', value: 3 }],
      [
        'startExport',
        {
          runId: 'run-1',
          rows: 'flagged',
          codes: false,
          format: 'csv',
          neutraliseFormulas: true,
          path: join(folder, 'f.csv'),
        },
      ],
    ])
  })

  it('works in a temporary folder that is gone afterwards', async () => {
    const workbench = fakeWorkbench()
    await run([], workbench)
    expect(workbench.state.folder).toContain(tmpdir())
    expect([existsSync(workbench.state.folder), workbench.state.closed]).toEqual([false, true])
  })

  it('keeps the project that was named', async () => {
    const workbench = fakeWorkbench()
    await run(['--project', join(folder, 'kept')], workbench)
    expect(existsSync(join(folder, 'kept/database'))).toBe(true)
  })

  it('fails with the sentence of the job, and cleans up', async () => {
    const workbench = fakeWorkbench({ trainingFails: true })
    await expect(run([], workbench)).rejects.toThrow('Nothing to train on.')
    expect(existsSync(workbench.state.folder)).toBe(false)
  })

  it('cancels the job under way when it is interrupted, and cleans up', async () => {
    const workbench = fakeWorkbench({ trainingHangs: true })
    const stop = new AbortController()
    const running = run([], workbench, stop.signal)
    const started = () => workbench.calls.some(([name]) => name === 'startTraining')
    while (!started()) await new Promise((resolve) => setTimeout(resolve, 5))
    stop.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    expect(workbench.calls.at(-1)?.[0]).toBe('cancelJob')
    expect(existsSync(workbench.state.folder)).toBe(false)
  })

  it('names the near misses of an unknown column', async () => {
    await expect(run(['--label', 'Lable'])).rejects.toThrow(
      '--label: the file has no column "Lable". Did you mean label?',
    )
    await expect(run(['--id', 'zzz'])).rejects.toThrow('The columns are x, y, label.')
  })

  it('never writes over the input, nor two results into one file, and begins nothing then', async () => {
    symlinkSync(file, join(folder, 'link.csv'))
    const workbench = fakeWorkbench()
    for (const [options, sentence] of [
      [['--out', file], 'is the input file itself'],
      [['--scores', join(folder, 'link.csv')], 'is the input file itself'],
      [['--out', join(folder, 'x'), '--scores', join(folder, '.', 'x')], 'name the same file'],
    ] as const) {
      const refused = run([...options], workbench)
      await expect(refused).rejects.toThrow(UsageError)
      await expect(refused).rejects.toThrow(sentence)
    }
    expect(workbench.calls).toEqual([])
  })

  it('says that a label cannot be used for evaluation', async () => {
    const said = new PassThrough()
    const given = readCommand(['detect', file, '--label', 'y']) as DetectArguments
    const { open } = fakeWorkbench({ noEvaluation: true })
    const found = await detect(given, {
      open,
      samplesFolder: 'none',
      progress: said,
      signal: new AbortController().signal,
    })
    expect(jsonReport(found).metrics).toBeNull()
    expect(String(said.read())).toContain('residual: "y" does not have exactly two values')
  })

  it('says that a file is missing, or is a folder', async () => {
    const given = (name: string) => readCommand(['detect', name]) as DetectArguments
    const context = {
      open: fakeWorkbench().open,
      samplesFolder: 'none',
      progress: new PassThrough(),
      signal: new AbortController().signal,
    }
    await expect(detect(given(join(folder, 'none.csv')), context)).rejects.toThrow('There is no file')
    await expect(detect(given(folder), context)).rejects.toThrow('is not a file')
  })
})
