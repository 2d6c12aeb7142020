import { describe, expect, it } from 'vitest'
import { readCommand, readThreshold, usage } from '../../../src/hosts/cli/arguments.ts'
import { UsageError } from '../../../src/hosts/cli/usageError.ts'

describe('the command line', () => {
  it('reads every option of detect', () => {
    const words =
      'detect a.csv --label y --id key --ignore A,B --ignore C --threshold top-k:20 --seed 7 --out f.csv --scores s.csv --project p --engine onnx --json'
    expect(readCommand(words.split(' '))).toEqual({
      command: 'detect',
      file: 'a.csv',
      label: 'y',
      id: 'key',
      ignore: ['A,B', 'C'],
      threshold: { rule: 'top-k', value: 20 },
      seed: 7,
      out: 'f.csv',
      scores: 's.csv',
      project: 'p',
      engine: 'onnx',
      json: true,
    })
  })

  it('reads serve with its defaults', () => {
    const left = { project: undefined, engine: undefined }
    expect(readCommand(['serve'])).toEqual({ command: 'serve', port: 0, open: true, ...left })
    expect(readCommand(['serve', '--port', '8080', '--no-open'])).toMatchObject({ port: 8080, open: false })
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
    ['serve --project=', '--project needs a name'],
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
