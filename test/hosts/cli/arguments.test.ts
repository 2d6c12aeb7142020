import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingOptions } from '../../../renderer/stages/export/settingWords.ts'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { TrainingSettings } from '../../../src/contract/records.ts'
import { flavourKinds } from '../../../src/contract/settings.ts'
import { readCommand } from '../../../src/hosts/cli/arguments.ts'
import { readSettings } from '../../../src/hosts/cli/settings.ts'
import { readThreshold } from '../../../src/hosts/cli/threshold.ts'
import { usage } from '../../../src/hosts/cli/usage.ts'
import { UsageError } from '../../../src/hosts/cli/usageError.ts'
import { autoFor } from '../../../src/pipeline/model/auto.ts'
import { chosenSettings } from '../../../src/pipeline/model/plan.ts'

describe('the command line', () => {
  it('reads every option of detect', () => {
    const words =
      'detect a.csv --label y --id key --ignore A,B --ignore C --threshold top-k:20 --flavour sparse --set steps=800 --seed 7 --out f.csv --scores s.csv --model m.onnx --project p --engine onnx --threads 2 --fallback reference --codes --json'
    expect(readCommand(words.split(' '))).toEqual({
      command: 'detect',
      file: 'a.csv',
      label: 'y',
      id: 'key',
      ignore: ['A,B', 'C'],
      threshold: { rule: 'top-k', value: 20 },
      settings: {
        seed: 7,
        steps: 800,
        flavour: { kind: 'sparse', penalty: 'l1', weight: expect.any(Number) },
      },
      seeds: undefined,
      out: 'f.csv',
      columns: [],
      scores: 's.csv',
      model: 'm.onnx',
      project: 'p',
      engine: 'onnx',
      threads: 2,
      fallback: 'reference',
      codes: true,
      json: true,
    })
  })

  it('reads several seeds, resume, score and engines', () => {
    expect(readCommand(['detect', 'a.csv', '--seeds', '1,2, 3'])).toMatchObject({
      seeds: [1, 2, 3],
      settings: {},
    })
    const engine = { engine: undefined, threads: undefined, fallback: undefined }
    expect(readCommand('score b.csv --model m.onnx --out s.csv --json'.split(' '))).toEqual({
      command: 'score',
      file: 'b.csv',
      model: 'm.onnx',
      out: 's.csv',
      columns: [],
      stream: false,
      json: true,
      ...engine,
    })
    expect(readCommand('resume --project p --run r --threshold mad --out f.csv'.split(' '))).toEqual({
      command: 'resume',
      project: 'p',
      run: 'r',
      threshold: { rule: 'mad', value: null },
      out: 'f.csv',
      columns: [],
      scores: undefined,
      model: undefined,
      codes: false,
      json: false,
      ...engine,
    })
    expect(readCommand(['engines', '--json'])).toEqual({ command: 'engines', json: true })
  })

  it('reads serve with its defaults', () => {
    const left = { project: undefined, engine: undefined, threads: undefined, fallback: undefined }
    expect(readCommand(['serve'])).toEqual({ command: 'serve', port: 0, open: true, ...left })
    expect(readCommand(['serve', '--port', '8080', '--no-open'])).toMatchObject({ port: 8080, open: false })
    const chosen = 'serve --engine tensorflow --threads 3 --fallback reference'
    expect(readCommand(chosen.split(' '))).toMatchObject({
      engine: 'tensorflow',
      threads: 3,
      fallback: 'reference',
    })
  })

  it('takes values and names that start with a dash where they are meant', () => {
    expect(readCommand(['detect', '--id', '-1', '--label=--odd', '--', '-a.csv'])).toMatchObject({
      file: '-a.csv',
      id: '-1',
      label: '--odd',
    })
  })

  it('says in the help how rows are numbered', () => {
    expect(usage).toContain('The files of --out and --scores keep file order.')
  })

  it('shows help before it complains', () => {
    expect(readCommand(['detect', '--nonsense', '--help'])).toEqual({ command: 'help' })
    expect(readCommand(['--version'])).toEqual({ command: 'version' })
  })

  it.each([
    ['', 'Say what to do'],
    ['guess', 'no command guess'],
    ['detect', 'Name the file'],
    ['detect a.csv b.csv', 'b.csv is one too many'],
    ['detect a.csv --colour', 'There is no option --colour.'],
    ['detect a.csv --treshold mad', 'There is no option --treshold. Did you mean --threshold?'],
    ['detect a.csv --toString', 'There is no option --toString.'],
    ['detect a.csv -x', 'There is no option -x.'],
    ['detect a.csv --label', '--label needs a value after it.'],
    ['detect a.csv --label --json', '--label needs a value, but "--json" follows it.'],
    ['detect a.csv --json=yes', '--json takes no value'],
    ['detect a.csv --seed -1', '--seed -1: a whole number from 0'],
    ['detect a.csv --seed=-1', '--seed -1: a whole number from 0'],
    ['detect a.csv --seed 1.5', '--seed 1.5'],
    ['detect a.csv --seed 4294967296', '--seed'],
    ['serve --port 65536', '--port 65536'],
    ['serve --port x', '--port x'],
    ['serve a.csv', 'serve takes no file; a.csv is too many'],
    ['detect a.csv --project=', '--project needs a name'],
    ['detect a.csv --out=', '--out needs a name'],
    ['detect a.csv --columns a', '--columns goes with the rows of --out or --scores'],
    ['score a.csv --model m.onnx --columns a', '--columns goes with the rows of --out'],
    ['serve --project=', '--project needs a name'],
    ['detect a.csv --set stps=3', 'there is no setting "stps". Did you mean steps?'],
    ['detect a.csv --set colour=3', 'The settings are seed, flavour, corruption'],
    ['detect a.csv --set steps', 'write it as NAME=VALUE'],
    ['detect a.csv --set steps=0', 'steps cannot be 0: it must be a whole number from 1 to 1,000,000.'],
    ['detect a.csv --set steps=many', 'steps cannot be "many": it must be a whole number'],
    ['detect a.csv --set hidden=0,x', 'hidden cannot be [0,"x"]: it must be at most 6 whole numbers from 1'],
    ['detect a.csv --set loss=bce', 'loss cannot be "bce": it must be one of squared, absolute'],
    [
      'detect a.csv --set corruption.kind=masking --set corruption.rate=7',
      'must be a number from 0 to 0.95.',
    ],
    ['detect a.csv --set corruption.rate=0.2', 'masking or salt-and-pepper or swap; this one is gaussian.'],
    ['detect a.csv --set corruption.kind=mask', 'Choose one of: none, gaussian, masking'],
    ['detect a.csv --flavour conditional', 'name them with --set flavour.context=COLUMN,...'],
    ['detect a.csv --set flavour.beta=2', 'flavour variational or conditional; this one is denoising.'],
    [
      'detect a.csv --flavour sparse --set flavour.target=0.2',
      'sparse with penalty kl; this one is sparse with penalty l1.',
    ],
    [
      'detect a.csv --flavour variational --set flavour.score=likelihood',
      'flavour.score cannot be "likelihood": it must be one of reconstruction, elbo.',
    ],
    ['detect a.csv --set hidden=', 'An empty list is written hidden=[].'],
    ['detect a.csv --set loss=', 'a value is needed after the equals sign.'],
    ['settings all', 'settings takes no word more'],
    ['detect a.csv --set steps.many=3', 'steps has no fields'],
    ['detect a.csv --set flavour.betta=3 --flavour variational', 'betta'],
    ['detect a.csv --flavour sparce', 'There is no flavour sparce. Did you mean sparse?'],
    ['detect a.csv --flavour toString', 'Choose one of: denoising'],
    ['detect a.csv --seed 1 --seeds 1,2', '--seeds names the seeds already'],
    ['detect a.csv --seed 1 --set seed=2', '--seed and --set seed'],
    ['detect a.csv --seeds 1,1', 'a seed is there twice'],
    ['detect a.csv --seeds 1,x', '--seeds x: a whole number'],
    ['detect a.csv --threads 0', '--threads 0: a whole number from 1'],
    ['detect a.csv --fallback onnx', 'only the engine reference'],
    ['score a.csv', 'Name the model that scores'],
    ['score --model m.onnx', 'Name the file to look into: residual score FILE'],
    ['resume', 'Name the project'],
    ['detect a.csv --codes', '--codes goes with the rows'],
    ['resume a.csv --project p', 'resume takes no file'],
    ['engines all', 'engines takes no word more'],
    ['toString', 'no command toString'],
    ['detect a.csv --label b --id b', '--label and --id both name "b"'],
    ['detect a.csv --label b --ignore b', '--label and --ignore both name "b"'],
    ['detect a.csv --ignore a --id b --ignore b', '--id and --ignore both name "b"'],
  ])('refuses "%s"', (words, part) => {
    const read = () => readCommand(words.split(' ').filter(Boolean))
    expect(read).toThrow(UsageError)
    expect(read).toThrow(part)
  })
})

describe('--threshold', () => {
  it.each([
    ['otsu', { rule: 'otsu', value: null }],
    ['mad', { rule: 'mad', value: null }],
    ['mad:3.5', { rule: 'mad', value: 3.5 }],
    ['manual:-1e3', { rule: 'manual', value: -1000 }],
    ['percentage:0', { rule: 'percentage', value: 0 }],
    ['top-k:50', { rule: 'top-k', value: 50 }],
  ])('reads %s', (text, threshold) => expect(readThreshold(text)).toEqual(threshold))

  it.each([
    'none',
    'toString',
    'manual',
    'manual:',
    'otsu:3',
    'top-k:1.5',
    'top-k:-1',
    'percentage:101',
    'mad:x',
    'mad:Infinity',
    'mad:-1',
    'mad:1:2',
    'mad: ',
  ])('refuses %s', (text) => expect(() => readThreshold(text)).toThrow(UsageError))
})

describe('--set', () => {
  it.each<[string[], unknown]>([
    [['steps=800', 'hidden=64,32', 'loss=huber'], { steps: 800, hidden: [64, 32], loss: 'huber' }],
    [['hidden=16', 'decoder=null', 'softClip=false'], { hidden: [16], decoder: null, softClip: false }],
    [['hidden=[]', 'decoder=[]'], { hidden: [], decoder: [] }],
    [['corruption.kind=masking'], { corruption: { kind: 'masking', rate: 0.3 } }],
    [['corruption=none'], { corruption: { kind: 'none' } }],
    [['corruption.sigma=0.5'], { corruption: { kind: 'gaussian', sigma: 0.5 } }],
    [['corruption.kind=swap', 'corruption.rate=0.1'], { corruption: { kind: 'swap', rate: 0.1 } }],
    [
      ['flavour=sparse', 'flavour.penalty=kl', 'flavour.weight=2'],
      { flavour: { kind: 'sparse', penalty: 'kl', weight: 2, target: 0.1 } },
    ],
    [
      ['flavour={"kind":"stacked","pretrainingShare":0.25}'],
      { flavour: { kind: 'stacked', pretrainingShare: 0.25 } },
    ],
  ])('reads %j', (set, settings) => expect(readSettings({ set })).toEqual(settings))

  it('takes the context of a conditional model as names', () => {
    const { flavour } = readSettings({
      flavour: 'conditional',
      set: ['flavour.context=machine,7', 'flavour.beta=2'],
    })
    expect(flavour).toMatchObject({ kind: 'conditional', context: ['machine', '7'], beta: 2 })
  })

  it('reads back what the window writes for every flavour', () => {
    for (const kind of flavourKinds) {
      const flavour =
        kind === 'conditional' ? { ...autoFlavours[kind], context: ['a, "b"', '7'] } : autoFlavours[kind]
      for (const corruption of [{ kind: 'none' }, { kind: 'swap', rate: 0.25 }] as const) {
        const settings: TrainingSettings = { ...autoFor(kind), flavour, corruption, hidden: [], decoder: [7] }
        const command = readCommand(['detect', 'a.csv', ...settingOptions(settings, null)])
        if (command.command !== 'detect') throw new Error(command.command)
        expect(chosenSettings(command.settings)).toEqual(settings)
      }
    }
  })

  it('can write the settings of any run, one by one', () => {
    const number = fc.double({ min: 0.05, max: 0.5, noNaN: true })
    const settings = fc.record({
      seed: fc.nat(),
      flavour: fc.oneof(
        fc.constantFrom({ kind: 'linear' as const }, { kind: 'denoising' as const }),
        fc.record({ kind: fc.constant('contractive' as const), weight: number }),
        fc.record({
          kind: fc.constant('variational' as const),
          beta: number,
          warmUpShare: number,
          score: fc.constantFrom('elbo' as const, 'reconstruction' as const),
          samples: fc.integer({ min: 1, max: 256 }),
        }),
      ),
      hidden: fc.array(fc.integer({ min: 1, max: 4096 }), { maxLength: 6 }),
      keepShare: number,
      earlyStopping: fc.option(fc.integer({ min: 1, max: 100 })),
      rowLoss: fc.constantFrom('log1p' as const, 'mean' as const),
    })
    fc.assert(
      fc.property(settings, (given) => {
        const { flavour, ...others } = given
        const set = [
          ...Object.entries(flavour).map(([name, value]) => `flavour.${name}=${value}`),
          ...Object.entries(others).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
        ]
        expect(readSettings({ set })).toEqual(given)
      }),
    )
  })
})
