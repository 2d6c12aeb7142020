import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { type Command, readCommand } from '../../../src/hosts/cli/arguments.ts'
import { detect, resume } from '../../../src/hosts/cli/detect.ts'
import { enginesReport } from '../../../src/hosts/cli/engines.ts'
import { Interrupted } from '../../../src/hosts/cli/jobs.ts'
import { jsonReport, textReport } from '../../../src/hosts/cli/report.ts'
import { score } from '../../../src/hosts/cli/score.ts'
import { jsonScoreReport, textScoreReport } from '../../../src/hosts/cli/scoreReport.ts'
import { UsageError } from '../../../src/hosts/cli/usageError.ts'
import { createWorkbench } from '../../../src/workbench/createWorkbench.ts'
import { samplesFolder } from '../../workbench/openWorkbench.ts'

// The commands on real workbenches, without the process around them.
const folder = mkdtempSync(join(tmpdir(), 'residual-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string) => join(folder, name)

const rows = Array.from({ length: 120 }, (_, row) => {
  const size = 10 + Math.sin(row) * 2
  return [size.toFixed(2), (row === 50 ? 90 : size * 3 + Math.cos(row * 7)).toFixed(2), row % 2 ? 'a' : 'b']
})
const csv = (header: string, lines: readonly (readonly string[])[]) =>
  `${[header, ...lines.map((line) => line.join(','))].join('\n')}\n`
writeFileSync(path('table.csv'), csv('size,weight,kind', rows))

function read<Name extends Command['command']>(name: Name, words: readonly string[]) {
  const command = readCommand([name, ...words])
  const isNamed = (one: Command): one is Extract<Command, { command: Name }> => one.command === name
  if (!isNamed(command)) throw new Error(command.command)
  return command
}

function context(signal = new AbortController().signal) {
  const progress = new PassThrough()
  return { open: createWorkbench, samplesFolder, progress, signal }
}

const quick = ['--set', 'copies=1', '--set', 'hidden=8']

describe('residual detect --model, then residual score', () => {
  const model = path('model.onnx')

  it('scores new rows with the model: differences, drift, and all rows as they stood', async () => {
    const words = [
      path('table.csv'),
      ...quick,
      '--set',
      'steps=80',
      '--threshold',
      'top-k:3',
      '--model',
      model,
    ]
    const trained = await detect(read('detect', words), context())
    expect(trained.written).toEqual([model])
    expect(jsonReport(trained).settings).toMatchObject({ steps: 80, copies: 1, hidden: [8] })

    const lines = rows.slice(0, 60).map(([size = '', weight = '']) => [weight, size, 'new'])
    writeFileSync(path('new.csv'), csv('weight,size,extra', lines))
    const found = await score(
      read('score', [path('new.csv'), '--model', model, '--out', path('scored.csv')]),
      context(),
    )
    const report = jsonScoreReport(found)
    expect(report).toMatchObject({
      rows: 60,
      flagged: 1,
      cut: trained.threshold.cut,
      model: { name: 'table', flavour: { kind: 'denoising' } },
      written: [path('scored.csv')],
    })
    expect(report.differences).toEqual([{ kind: 'missing-column', column: 'kind' }])
    expect(report.drift.columns[0]).toMatchObject({ column: 'kind', level: 'strong', missingNow: 1 })
    const text = textScoreReport(found)
    expect(text).toContain('60 rows scored by table (denoising')
    expect(text).toContain('Column kind is not in the data: every cell of it counts as missing.\n')
    expect(text).toContain('kind strong')
    const scored = readFileSync(path('scored.csv'), 'utf8').trim().split('\n')
    expect(scored[0]).toBe('weight,size,extra,anomaly_score,anomaly_rank,flagged,top_columns')
    expect(scored.length).toBe(61)
    // Row 50 of the table is the odd one, and the file keeps its order.
    expect(scored[51]).toMatch(/^90\.00,[\d.]+,new,[\d.]+,1,true,weight/)
  })

  it('says of a cell that cannot be read what becomes of it, and gives no advice that cannot be followed', async () => {
    const lines = rows.slice(0, 60).map(([, ...rest], row) => [row === 4 ? 'oops' : '12', ...rest])
    writeFileSync(path('oops.csv'), csv('size,weight,kind', lines))
    const { progress, ...rest } = context()
    await score(read('score', [path('oops.csv'), '--model', model]), { progress, ...rest })
    const said = String(progress.read())
    expect(said).toContain('Line 6, column "size": the cell cannot be read as the model needs it')
    expect(said).not.toMatch(/missing marks|is ignored/)
  })

  it('refuses to write over what it reads, and a model that is none', async () => {
    const words = [path('table.csv'), '--model', model]
    await expect(score(read('score', [...words, '--out', model]), context())).rejects.toThrow(UsageError)
    const asModel = read('score', [path('table.csv'), '--model', path('table.csv')])
    await expect(score(asModel, context())).rejects.toThrow(/"table.csv" cannot be opened as a model/)
  })
})

describe('several seeds', () => {
  it('are reported one by one, the first in detail', async () => {
    const words = [path('table.csv'), ...quick, '--set', 'steps=20', '--seeds', '5,6']
    const found = await detect(read('detect', words), context())
    const report = jsonReport(found)
    expect([report.seed, report.runs.map(({ seed }) => seed)]).toEqual([5, [5, 6]])
    expect(textReport(found)).toMatch(/seed {2}flagged +cut\n {3}5 /)
  })
})

describe('residual detect --seeds', () => {
  it('reports the seeds that ended well before another failed, and ends as failed', async () => {
    const { open, ...rest } = context()
    let isBroken = false
    const breaking: typeof open = (options) =>
      createWorkbench({
        ...options,
        announce: (event, ...payload) => {
          options.announce(event, ...payload)
          const [job] = payload
          if (isBroken || !job || !('phase' in job) || !job.phase.includes('seed 2')) return
          isBroken = true
          throw new Error('It broke.')
        },
      })
    const words = [path('table.csv'), ...quick, '--set', 'steps=30', '--seeds', '5,6']
    const codes = ['--codes', '--scores', path('codes.csv')]
    const found = await detect(read('detect', [...words, ...codes]), { ...rest, open: breaking })
    expect([found.runs.map(({ run }) => run.settings.seed), process.exitCode]).toEqual([[5], 1])
    process.exitCode = undefined
    expect(readFileSync(path('codes.csv'), 'utf8')).toContain('code_1')
  })
})

describe('residual resume', () => {
  const project = path('project')

  it('makes no project of a folder that is none', async () => {
    const typo = path('typo')
    await expect(resume(read('resume', ['--project', typo]), context())).rejects.toThrow(
      /typo is not a project/,
    )
    expect(existsSync(typo)).toBe(false)
  })

  it('goes on where an interrupted detection stopped, to the same end', async () => {
    const words = [path('table.csv'), ...quick, '--set', 'steps=4000']
    const whole = await detect(read('detect', words), context())
    const stop = new AbortController()
    const { open, ...rest } = context(stop.signal)
    const stopping: typeof open = (options) =>
      createWorkbench({
        ...options,
        announce: (event, ...payload) => {
          options.announce(event, ...payload)
          const [job] = payload
          if (job && 'curve' in job && job.curve.length > 10) stop.abort()
        },
      })
    const interrupted = detect(read('detect', [...words, '--project', project]), { ...rest, open: stopping })
    await expect(interrupted).rejects.toThrow(Interrupted)
    const said = String(rest.progress.read())
    const advice =
      /stopped after ([\d,]+) of 4,000 steps. To go on: residual (resume --project \S+ --run \S+)/
    const [, steps, command = ''] = advice.exec(said) ?? []
    expect(Number(steps?.replaceAll(',', ''))).toBeGreaterThan(10)
    const [, ...resumeWords] = command.trim().split(' ')
    const found = await resume(read('resume', resumeWords), context())
    expect(found.scores.scores).toEqual(whole.scores.scores)
    expect(jsonReport(found)).toMatchObject({ rows: 120, steps: 4000, seconds: { import: null } })
    expect(textReport(found)).toContain('table: 120 rows')
  })

  it('says when there is nothing to go on with', async () => {
    await expect(resume(read('resume', ['--project', project]), context())).rejects.toThrow(/none to resume/)
  })
})

describe('residual engines', () => {
  it('prints a line each, or JSON', () => {
    const engines = [
      { name: 'onnx', available: true, detail: 'ONNX Runtime 1' },
      { name: 'tensorflow', available: false, detail: 'not\u001b installed' },
    ]
    expect(enginesReport(engines, false)).toBe(
      'onnx        available  ONNX Runtime 1\ntensorflow  not here   not\uFFFD installed\n',
    )
    expect(JSON.parse(enginesReport(engines, true))).toEqual(engines)
  })
})
