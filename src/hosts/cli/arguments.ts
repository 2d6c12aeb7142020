import { parseArgs } from 'node:util'
import type { ThresholdRule } from '../../contract/records.ts'
import { refuseTwoRoles } from './columns.ts'
import { joinedOptions } from './options.ts'
import { UsageError } from './usageError.ts'

export const usage = `residual: finds the odd rows of a table, and says why they are odd

  residual detect FILE [options]      trains on FILE, scores it, prints what stands out
    --label C              column that tells anomalies, for evaluation only; never trained on
    --id C                 column that names rows; never trained on
    --ignore A,B           columns to leave out (may be repeated)
    --threshold RULE[:N]   manual:SCORE, top-k:ROWS, percentage:PERCENT, standard-deviation:TIMES,
                           mad:TIMES, iqr:TIMES or otsu (default: as Residual suggests)
    --seed N               repeats a run exactly
    --out FLAGGED.csv      writes the flagged rows with scores and reasons
    --scores ALL.csv       writes all rows with scores and reasons
    --project DIR          keeps the data set and the run in this project
    --engine NAME          numeric engine to use
    --json                 prints one JSON object instead of text

  residual serve [options]            opens the workbench in a browser on this machine
    --port N               port on 127.0.0.1 (default: any free one)
    --no-open              prints the address without opening the browser
    --project DIR          opens this project instead of the one in your own data folder
    --engine NAME          numeric engine to use

  residual --version | --help

Rows are numbered in file order; the first below the header is row 1, and lines that cannot be read are
named on stderr and not counted. The files of --out and --scores keep file order.

Exit status: 0 done, 1 failed (with one sentence on stderr), 2 called wrongly, 130 interrupted.`

export interface ThresholdArgument {
  readonly rule: ThresholdRule
  /** Null where the rule's usual number is meant, or it takes none. */
  readonly value: number | null
}

export interface DetectArguments {
  readonly command: 'detect'
  readonly file: string
  readonly label: string | undefined
  readonly id: string | undefined
  readonly ignore: readonly string[]
  readonly threshold: ThresholdArgument | undefined
  readonly seed: number | undefined
  readonly out: string | undefined
  readonly scores: string | undefined
  readonly project: string | undefined
  readonly engine: string | undefined
  readonly json: boolean
}

export interface ServeArguments {
  readonly command: 'serve'
  readonly port: number
  readonly open: boolean
  readonly project: string | undefined
  readonly engine: string | undefined
}

export type Command =
  | DetectArguments
  | ServeArguments
  | { readonly command: 'help' }
  | { readonly command: 'version' }

/** Reads the words after `residual`. Throws a UsageError. */
export function readCommand(words: readonly string[]): Command {
  const [command, ...rest] = words
  if (words.includes('--help') || words.includes('-h') || command === 'help') return { command: 'help' }
  if (command === '--version') return { command: 'version' }
  if (command === 'detect') return readDetect(rest)
  if (command === 'serve') return readServe(rest)
  throw new UsageError(command === undefined ? 'Say what to do.' : `There is no command ${command}.`)
}

const text = { type: 'string' } as const
const detectOptions = {
  label: text,
  id: text,
  ignore: { type: 'string', multiple: true },
  threshold: text,
  seed: text,
  out: text,
  scores: text,
  project: text,
  engine: text,
  json: { type: 'boolean', default: false },
} as const

function readDetect(words: string[]): DetectArguments {
  const args = joinedOptions(words, detectOptions)
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: detectOptions })
  const [file, ...more] = positionals
  if (file === undefined) throw new UsageError('Name the file to look into: residual detect FILE.')
  if (more.length > 0) throw new UsageError(`Name one file at a time; ${more.join(' ')} is one too many.`)
  refuseEmpty(values, ['out', 'scores', 'project', 'engine'])
  refuseTwoRoles({ label: values.label, id: values.id, ignored: values.ignore ?? [] })
  return {
    command: 'detect',
    file,
    label: values.label,
    id: values.id,
    ignore: values.ignore ?? [],
    threshold: values.threshold === undefined ? undefined : readThreshold(values.threshold),
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed, 2 ** 32 - 1),
    out: values.out,
    scores: values.scores,
    project: values.project,
    engine: values.engine,
    json: values.json,
  }
}

const serveOptions = {
  port: { type: 'string', default: '0' },
  'no-open': { type: 'boolean', default: false },
  project: text,
  engine: text,
} as const

function readServe(words: string[]): ServeArguments {
  const args = joinedOptions(words, serveOptions)
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: serveOptions })
  if (positionals.length > 0)
    throw new UsageError(`serve takes no file; ${positionals.join(' ')} is too many. Drop it on the window.`)
  refuseEmpty(values, ['project', 'engine'])
  return {
    command: 'serve',
    port: wholeNumber('--port', values.port, 65_535),
    open: !values['no-open'],
    project: values.project,
    engine: values.engine,
  }
}

/** What each rule's number may be; null: the rule takes none. */
const ruleNumbers: Readonly<Record<ThresholdRule, ((value: number) => boolean) | null>> = {
  manual: () => true,
  'top-k': (value) => Number.isInteger(value) && value >= 0,
  percentage: (value) => value >= 0 && value <= 100,
  'standard-deviation': (value) => value >= 0,
  mad: (value) => value >= 0,
  iqr: (value) => value >= 0,
  otsu: null,
}

/** `RULE` or `RULE:NUMBER`. Throws a UsageError that says what was expected. */
export function readThreshold(text: string): ThresholdArgument {
  const [name = '', number, ...more] = text.split(':')
  const rule = (Object.keys(ruleNumbers) as ThresholdRule[]).find((known) => known === name)
  if (rule === undefined || more.length > 0)
    throw new UsageError(`--threshold ${text}: choose one of ${Object.keys(ruleNumbers).join(', ')}.`)
  const fits = ruleNumbers[rule]
  if (number === undefined) {
    if (rule === 'manual') throw new UsageError('--threshold manual needs the score, as in manual:2.5.')
    return { rule, value: null }
  }
  const value = number.trim() === '' ? Number.NaN : Number(number)
  if (fits === null) throw new UsageError(`--threshold ${rule} takes no number.`)
  if (!Number.isFinite(value) || !fits(value))
    throw new UsageError(`--threshold ${text}: ${number || 'nothing'} is not a number that ${rule} can use.`)
  return { rule, value }
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > most)
    throw new UsageError(`${option} ${text}: a whole number from 0 to ${most} is needed.`)
  return value
}

/** An empty name would stand for the folder that the person happens to be in. */
function refuseEmpty<Name extends string>(
  values: Partial<Record<NoInfer<Name>, string | undefined>>,
  names: readonly Name[],
): void {
  for (const name of names) {
    if (values[name] === '') throw new UsageError(`--${name} needs a name; what was given is empty.`)
  }
}
