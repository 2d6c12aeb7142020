import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beyondCommandLine,
  commandLine,
  exportName,
  modelName,
  modelStem,
} from '../../../renderer/stages/export/commandLine.ts'
import { delimiterChoices, marksToText, textToMarks } from '../../../renderer/stages/import/dialectWords.ts'
import { issuePlace, issueSentence } from '../../../renderer/stages/import/issueWords.ts'
import { rowAsText } from '../../../renderer/stages/review/rowText.ts'
import { againstWords } from '../../../renderer/stages/review/shareWords.ts'
import { ruleTitle } from '../../../renderer/stages/review/thresholdWords.ts'
import {
  estimateSentence,
  networkShape,
  planSentence,
  readSeeds,
} from '../../../renderer/stages/train/trainingWords.ts'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { Corruption, Flavour } from '../../../src/contract/records.ts'
import { readCommand } from '../../../src/hosts/cli/arguments.ts'
import { column, dataset, run, scoredWith } from '../records.ts'

describe('the command line for a run', () => {
  const data = dataset({
    name: "line 4's data.csv",
    columns: [
      column({ name: 'speed' }),
      column({ name: 'is bad', role: 'label' }),
      column({ name: 'id', role: 'identifier' }),
      column({ name: 'note', role: 'ignored' }),
    ],
  })
  const otsu = { rule: 'otsu', value: null } as const
  const auto = { ...run().settings, seed: 7 }
  const command = (fields: Partial<Parameters<typeof commandLine>[0]>) =>
    commandLine({
      format: 'csv',
      columns: [],
      dataset: dataset(),
      run: run(),
      auto,
      threshold: otsu,
      rows: 'all',
      model: 'pumps.onnx',
      ...fields,
    })
  /** What the shell hands over, and what the command line makes of it. */
  async function readBack(line: string) {
    const echo = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
    const words = line.replace(/^npx residual/, `'${process.execPath}' -e '${echo}' --`)
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', words])
    return readCommand(JSON.parse(stdout))
  }

  it('names roles, threshold, seed and model, quoted for a shell', () => {
    const threshold = { rule: 'top-k', value: 50 } as const
    expect(command({ dataset: data, threshold, rows: 'flagged', model: "line 4's data.onnx" })).toBe(
      `npx residual detect 'line 4'\\''s data.csv' --label 'is bad' --id id --ignore note --seed 1 --threshold top-k:50 --out flagged.csv --model 'line 4'\\''s data.onnx'`,
    )
  })

  it('leaves the number off a rule that has none, and what is Auto’s unsaid', () => {
    expect(command({})).toBe(
      'npx residual detect pumps.csv --seed 1 --threshold otsu --scores all.csv --model pumps.onnx',
    )
  })

  it('scores with the model where nothing was trained', async () => {
    const line = command({ run: run({ scored: scoredWith() }), model: '-old.onnx' })
    expect(line).toBe('npx residual score pumps.csv --model=-old.onnx --out scored.csv')
    expect(await readBack(line)).toMatchObject({ command: 'score', model: '-old.onnx', out: 'scored.csv' })
  })

  it('says what the shell and the command line read back, whatever the columns are called', async () => {
    const anyName = fc.oneof(
      fc.constantFrom('-x', '--label', '=a', 'a,b', "it's", '$HOME', '~', '*', 'a b', '`id`', '#', '-'),
      fc.string({ minLength: 1, unit: 'grapheme-ascii' }),
    )
    const names = fc.uniqueArray(anyName, { minLength: 4, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(names, async ([label = '', id = '', ...ignored]) => {
        const columns = [
          column({ name: label, role: 'label' }),
          column({ name: id, role: 'identifier' }),
          ...ignored.map((name) => column({ name, role: 'ignored' })),
        ]
        const read = await readBack(command({ dataset: dataset({ name: '-pumps.csv', columns }) }))
        expect(read).toMatchObject({ file: './-pumps.csv', label, id, ignore: ignored })
      }),
      { numRuns: 15 },
    )
  })

  it('says every setting that is not Auto’s so that the command line reads it back', async () => {
    const names = fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), {
      minLength: 1,
      maxLength: 3,
    })
    const nodes = fc.array(fc.integer({ min: 1, max: 4096 }), { maxLength: 3 })
    const rate = fc.double({ min: 0, max: 0.95, noNaN: true })
    const corruption = fc.oneof(
      fc.constant<Corruption>({ kind: 'none' }),
      rate.map((sigma): Corruption => ({ kind: 'gaussian', sigma })),
      rate.map((one): Corruption => ({ kind: 'swap', rate: one })),
    )
    const variational = fc.record({
      beta: fc.double({ min: 0, max: 1000, noNaN: true }),
      warmUpShare: rate,
      score: fc.constantFrom('reconstruction' as const, 'elbo' as const),
      samples: fc.integer({ min: 1, max: 256 }),
    })
    const flavour = fc.oneof(
      fc.constantFrom<Flavour>(
        { kind: 'denoising' },
        { kind: 'pca' },
        { kind: 'stacked', pretrainingShare: 0.3 },
      ),
      fc.constant<Flavour>({ kind: 'sparse', penalty: 'kl', weight: 2, target: 0.2 }),
      variational.map((fields): Flavour => ({ kind: 'variational', ...fields })),
      fc
        .tuple(variational, names)
        .map(([fields, context]): Flavour => ({ kind: 'conditional', context, ...fields })),
    )
    const changes = fc.record(
      {
        seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        flavour,
        corruption,
        hidden: nodes,
        decoder: fc.option(nodes),
        steps: fc.integer({ min: 1, max: 1_000_000 }),
        learningRate: fc.double({ min: 1e-7, max: 1, noNaN: true }),
        gradientLimit: fc.option(fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
        loss: fc.constantFrom('huber' as const, 'squared' as const),
        softClip: fc.boolean(),
        earlyStopping: fc.option(fc.integer({ min: 1, max: 1000 })),
      },
      { requiredKeys: ['seed', 'flavour'] },
    )
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (changed, known) => {
        const settings = { ...run().settings, ...changed }
        const ofFlavour = { ...auto, flavour: autoFlavours[settings.flavour.kind] }
        const line = command({ run: run({ settings }), auto: known ? ofFlavour : null })
        const read = await readBack(line)
        if (read.command !== 'detect') throw new Error(`read as ${read.command}`)
        expect({ ...ofFlavour, ...read.settings }).toEqual(settings)
      }),
      { numRuns: 20 },
    )
  })

  it('names what it has no words for', () => {
    const plain = { flagged: 1, rows: 'flagged', codes: false, neutraliseFormulas: true } as const
    expect(beyondCommandLine({ run: run(), ...plain })).toEqual([])
    const own = run({ state: 'partial', stepsDone: 30 })
    expect(beyondCommandLine({ run: own, ...plain, codes: true, neutraliseFormulas: false })).toEqual([
      'that the training was paused after 30 steps',
      'to add the codes',
      'to leave formulas as they are',
    ])
  })

  it('names what a scoring cannot be told: another line than the model’s, and flagged rows alone', () => {
    const { drift } = scoredWith()
    const scores = { ...drift.scores, flaggedNow: 0.25 }
    const scored = run({ scored: scoredWith({ drift: { ...drift, scores } }) })
    const plain = { codes: false, neutraliseFormulas: true } as const
    expect(beyondCommandLine({ run: scored, flagged: 1, rows: 'all', ...plain })).toEqual([])
    expect(beyondCommandLine({ run: scored, flagged: 2, rows: 'flagged', ...plain })).toEqual([
      'that the line was moved',
      'to write the flagged rows only',
    ])
  })

  it('calls a model after the table it was trained on, not after the one it scored', () => {
    expect(modelName(modelStem(run(), dataset()), 'onnx')).toBe('pumps-model.onnx')
    const other = run({ scored: scoredWith({ modelName: 'fans' }) })
    expect(modelName(modelStem(other, dataset()), 'tensorflowjs')).toBe('fans-tensorflowjs.zip')
  })

  it.each([
    ['pumps.csv.gz', 'pumps-flagged.csv'],
    ['Pasted table.csv', 'Pasted table-flagged.csv'],
    ['.csv', 'table-flagged.csv'],
  ])('suggests a name after %s', (name, suggested) =>
    expect(exportName(name, 'flagged', 'csv')).toBe(suggested),
  )
})

describe('dialect words', () => {
  it('carry missing marks to text and back', () => {
    const mark = fc.constantFrom('', 'NA', 'null', '-', 'n/a', '#N/A')
    fc.assert(
      fc.property(fc.uniqueArray(mark), (marks) => {
        expect(textToMarks(marksToText(marks))).toEqual(marks)
      }),
    )
  })

  it('offer an unusual delimiter that was found', () => {
    expect(delimiterChoices('~').at(-1)).toEqual({ value: '~', title: '~' })
    expect(delimiterChoices(';').length).toBe(delimiterChoices('~').length - 1)
  })

  it('say where an issue is', () => {
    const issue = { kind: 'ragged', message: '', raw: null, action: 'kept' } as const
    expect(issuePlace({ ...issue, line: 1200, column: 'a' })).toBe('Line 1,200, a')
    expect(issuePlace({ ...issue, line: null, column: null })).toBe('Whole file')
  })
})

describe('what an issue says', () => {
  it.each([
    [7, null, 'Line 7: 3 cells where 4 belong.', '3 cells where 4 belong.'],
    [1200, 'a', 'Line 1200, column "a": "x" is not a number.', '"x" is not a number.'],
    [7, 'a', 'Line 7: bytes were replaced.', 'Bytes were replaced.'],
    [7, null, 'Line 7, the header, has broken quotes.', 'Line 7, the header, has broken quotes.'],
    [null, null, 'The file ends early.', 'The file ends early.'],
  ])('beside line %s, column %s: %s', (line, column, message, sentence) => {
    expect(issueSentence({ line, column, message, kind: 'other', raw: null, action: 'kept' })).toBe(sentence)
  })
})

describe('training words', () => {
  it('draw the network from input to output', () => {
    expect(networkShape(21, { ...run().settings, hidden: [64, 32], code: 7 })).toBe('21–64–32–7–32–64–21')
  })

  it('say what will happen in a sentence', () => {
    expect(
      planSentence({ rows: 9900, features: 21, inputs: 21 }, { ...run().settings, code: 7, batchRows: 256 }),
    ).toBe('9,900 rows × 21 features, 4 copies of a network 21–64–7–64–21, 400 steps of 256 rows.')
  })

  it('draw a decoder of its own, and components as what they are', () => {
    const { settings } = run()
    expect(networkShape(9, { ...settings, hidden: [64], code: 3, decoder: [5, 7] })).toBe('9–64–3–5–7–9')
    const components = { ...settings, flavour: { kind: 'pca' }, hidden: [], code: 3 } as const
    expect(planSentence({ rows: 1, features: 4, inputs: 9 }, components)).toBe(
      '1 row × 4 features as 9 inputs, 3 principal components, computed rather than trained.',
    )
  })

  it('say what a training takes, for all of its seeds', () => {
    const estimate = { seconds: 4.2, bytes: 123_456_789 }
    expect(estimateSentence(estimate, 1)).toBe('Takes about 4 s and 120 MB of memory.')
    expect(estimateSentence(estimate, 3)).toBe('3 runs take about 13 s together and 120 MB of memory.')
    expect(estimateSentence({ seconds: 0.2, bytes: 1e6 }, 1)).toBe('Takes under a second and 1 MB of memory.')
  })

  it.each([
    ['1', [1]],
    ['3, 2 1', [3, 2, 1]],
    ['', null],
    ['1, 1', null],
    ['1, x', null],
    ['-1', null],
    ['4294967296', null],
    [Array.from({ length: 21 }, (_, index) => index).join(), null],
  ])('read seeds from "%s"', (text, seeds) => expect(readSeeds(text)).toEqual(seeds))
})

describe('a row as text', () => {
  it('quotes what would break the table it is pasted into', () => {
    expect(rowAsText(['a', 1.5, null, 'tab\there', 'say "hi"'])).toBe('a\t1.5\t\t"tab\there"\t"say ""hi"""')
  })
})

describe('an observed value against the expected one', () => {
  const same = ', an unusual combination with the other columns'
  it.each([
    ['number', 55.1, 20, '; the model expected 20'],
    ['number', 55.1, 55.10001, same],
    ['category', 'north', 'north', same],
    ['category', null, 'north', '; the model expected north'],
    ['date-time', '2025-03-06T00:00:00Z', '2025-03-06 00:00', same],
    ['date-time', '2025-03-06T13:45:00Z', '2025-03-06', same],
    ['date-time', '2025-03-06T13:45:00Z', '2025-03-06 00:00', '; the model expected 2025-03-06 00:00'],
  ] as const)('of a %s: %s against %s', (type, observed, typical, against) => {
    expect(againstWords({ type, observed, typical }).against).toBe(against)
  })
})

it('calls a budget of one row by what it is', () => {
  expect([ruleTitle('top-k', 1), ruleTitle('top-k', 50)]).toEqual(['The oddest row', 'The 50 oddest rows'])
})
