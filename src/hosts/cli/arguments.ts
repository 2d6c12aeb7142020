import { parseArgs } from 'node:util'
import type { TrainingSettings } from '../../contract/records.ts'
import { mostSeeds, settingRanges } from '../../contract/settings.ts'
import { refuseTwoRoles } from './columns.ts'
import { joinedOptions } from './options.ts'
import { formatOf } from './outputs.ts'
import { readSettings } from './settings.ts'
import { readThreshold, type ThresholdArgument } from './threshold.ts'
import { UsageError } from './usageError.ts'
import { oneFile, refuseEmpty, wholeNumber } from './wordChecks.ts'

/** Which engine computes, and how. */
export interface EngineArguments {
  readonly engine: string | undefined
  /** Threads for each computation; undefined: as measured. */
  readonly threads: number | undefined
  /** The engine that takes over a model which the chosen one cannot run. */
  readonly fallback: 'reference' | undefined
}

/** What becomes of a run that was trained. */
export interface ResultArguments {
  readonly threshold: ThresholdArgument | undefined
  readonly out: string | undefined
  readonly scores: string | undefined
  readonly model: string | undefined
  /** Lists of the columns to write; none: all. */
  readonly columns: readonly string[]
  /** Whether the written rows have their codes beside them. */
  readonly codes: boolean
  readonly json: boolean
}

export interface DetectArguments extends EngineArguments, ResultArguments {
  readonly command: 'detect'
  readonly file: string
  readonly label: string | undefined
  readonly id: string | undefined
  readonly ignore: readonly string[]
  readonly settings: Partial<TrainingSettings>
  readonly seeds: readonly number[] | undefined
  readonly project: string | undefined
}

export interface ResumeArguments extends EngineArguments, ResultArguments {
  readonly command: 'resume'
  readonly project: string
  /** Undefined: the newest partial run. */
  readonly run: string | undefined
}

export interface ScoreArguments extends EngineArguments {
  readonly command: 'score'
  readonly file: string
  readonly model: string
  readonly out: string | undefined
  /** Lists of the columns to write; none: all. */
  readonly columns: readonly string[]
  /** From file to file without an import, in bounded memory. */
  readonly stream: boolean
  readonly json: boolean
}

export interface EnginesArguments {
  readonly command: 'engines'
  readonly json: boolean
}

export interface ServeArguments extends EngineArguments {
  readonly command: 'serve'
  readonly port: number
  readonly open: boolean
  readonly project: string | undefined
}

export type Command =
  | DetectArguments
  | ResumeArguments
  | ScoreArguments
  | EnginesArguments
  | ServeArguments
  | { readonly command: 'settings' }
  | { readonly command: 'help' }
  | { readonly command: 'version' }

/** Reads the words after `residual`. Throws a UsageError. */
export function readCommand(words: readonly string[]): Command {
  const [command, ...rest] = words
  if (words.includes('--help') || words.includes('-h') || command === 'help') return { command: 'help' }
  if (command === '--version') return { command: 'version' }
  if (command === undefined) throw new UsageError('Say what to do.')
  const read = Object.hasOwn(readers, command) ? readers[command] : undefined
  if (read === undefined) throw new UsageError(`There is no command ${command}.`)
  return read(rest)
}

const readers: Readonly<Record<string, (words: string[]) => Command>> = {
  detect: readDetect,
  resume: readResume,
  score: readScore,
  settings: readSettingsCommand,
  engines: readEngines,
  serve: readServe,
}

const text = { type: 'string' } as const
const many = { type: 'string', multiple: true } as const
const flag = { type: 'boolean', default: false } as const
const engineOptions = { engine: text, threads: text, fallback: text } as const
const resultOptions = {
  threshold: text,
  out: text,
  scores: text,
  model: text,
  columns: many,
  codes: flag,
  json: flag,
} as const

function readEngine(values: { readonly [Name in keyof typeof engineOptions]?: string }): EngineArguments {
  const { engine, threads, fallback } = values
  if (fallback !== undefined && fallback !== 'reference')
    throw new UsageError(`--fallback ${fallback}: only the engine reference can take over.`)
  return {
    engine,
    threads:
      threads === undefined ? undefined : wholeNumber('--threads', threads, { from: 1, to: mostThreads }),
    fallback,
  }
}

const mostThreads = 256

function readResult(
  values: {
    readonly [Name in Exclude<keyof typeof resultOptions, 'json' | 'codes' | 'columns'>]?: string
  } & { readonly json: boolean; readonly codes: boolean; readonly columns?: string[] },
): ResultArguments {
  const { threshold, out, scores, model, columns = [], codes, json } = values
  if (columns.length > 0 && out === undefined && scores === undefined)
    throw new UsageError('--columns goes with the rows of --out or --scores. Name one of them.')
  if (codes && out === undefined && scores === undefined)
    throw new UsageError('--codes goes with the rows of --out or --scores. Name one of them.')
  return {
    threshold: threshold === undefined ? undefined : readThreshold(threshold),
    out,
    scores,
    model,
    columns,
    codes,
    json,
  }
}

const detectOptions = {
  label: text,
  id: text,
  ignore: many,
  flavour: text,
  set: many,
  seed: text,
  seeds: text,
  project: text,
  ...resultOptions,
  ...engineOptions,
} as const

function readDetect(words: string[]): DetectArguments {
  const args = joinedOptions(words, detectOptions)
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: detectOptions })
  const file = oneFile('detect', positionals)
  refuseEmpty(values, ['out', 'scores', 'model', 'project', 'engine'])
  refuseTwoRoles({ label: values.label, id: values.id, ignored: values.ignore ?? [] })
  const { label, id, ignore = [], flavour, set, project } = values
  const seed = values.seed === undefined ? undefined : wholeNumber('--seed', values.seed, settingRanges.seed)
  const seeds = values.seeds === undefined ? undefined : readSeeds(values.seeds)
  const settings = readSettings({ flavour, set, seed })
  if (seeds !== undefined && settings.seed !== undefined)
    throw new UsageError('--seeds names the seeds already; leave out the single one.')
  return {
    command: 'detect',
    file,
    label,
    id,
    ignore,
    settings,
    seeds,
    project,
    ...readResult(values),
    ...readEngine(values),
  }
}

const resumeOptions = { project: text, run: text, ...resultOptions, ...engineOptions } as const

function readResume(words: string[]): ResumeArguments {
  const args = joinedOptions(words, resumeOptions)
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: resumeOptions })
  if (positionals.length > 0)
    throw new UsageError(`resume takes no file; ${positionals.join(' ')} is too many. Name the --project.`)
  refuseEmpty(values, ['project', 'run', 'out', 'scores', 'model', 'engine'])
  const { project, run } = values
  if (project === undefined) throw new UsageError('Name the project: residual resume --project DIR.')
  return {
    command: 'resume',
    project,
    run,
    ...readResult(values),
    ...readEngine(values),
  }
}

const scoreOptions = {
  model: text,
  out: text,
  columns: many,
  stream: flag,
  json: flag,
  ...engineOptions,
} as const

function readScore(words: string[]): ScoreArguments {
  const args = joinedOptions(words, scoreOptions)
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: scoreOptions })
  const file = oneFile('score', positionals)
  refuseEmpty(values, ['model', 'out', 'engine'])
  const { model, out, columns = [], stream, json } = values
  if (columns.length > 0 && out === undefined)
    throw new UsageError('--columns goes with the rows of --out. Name that file.')
  if (stream && out === undefined)
    throw new UsageError('--stream writes as it reads: name the file with --out.')
  if (stream && (columns.length > 0 || formatOf(out ?? '') !== 'csv'))
    throw new UsageError(
      '--stream writes CSV with all columns. Leave out --columns, and end --out with .csv.',
    )
  if (model === undefined)
    throw new UsageError('Name the model that scores: residual score FILE --model MODEL.onnx.')
  return {
    command: 'score',
    file,
    model,
    out,
    columns,
    stream,
    json,
    ...readEngine(values),
  }
}

function readEngines(words: string[]): EnginesArguments {
  const options = { json: flag }
  const { values, positionals } = parseArgs({
    args: joinedOptions(words, options),
    allowPositionals: true,
    options,
  })
  if (positionals.length > 0)
    throw new UsageError(`engines takes no word more; ${positionals.join(' ')} is too many.`)
  return { command: 'engines', json: values.json }
}

function readSettingsCommand(words: string[]): Command {
  if (words.length > 0) throw new UsageError(`settings takes no word more; ${words.join(' ')} is too many.`)
  return { command: 'settings' }
}

function readSeeds(list: string): number[] {
  const seeds = list.split(',').map((seed) => wholeNumber('--seeds', seed.trim(), settingRanges.seed))
  if (new Set(seeds).size < seeds.length) throw new UsageError(`--seeds ${list}: a seed is there twice.`)
  if (seeds.length > mostSeeds)
    throw new UsageError(`--seeds ${list}: at most ${mostSeeds} seeds can be trained at a time.`)
  return seeds
}

const serveOptions = {
  port: { type: 'string', default: '0' },
  'no-open': { type: 'boolean', default: false },
  project: text,
  ...engineOptions,
} as const

function readServe(words: string[]): ServeArguments {
  const args = joinedOptions(words, serveOptions)
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: serveOptions })
  if (positionals.length > 0)
    throw new UsageError(`serve takes no file; ${positionals.join(' ')} is too many. Drop it on the window.`)
  refuseEmpty(values, ['project', 'engine'])
  return {
    command: 'serve',
    port: wholeNumber('--port', values.port, { from: 0, to: 65_535 }),
    open: !values['no-open'],
    project: values.project,
    ...readEngine(values),
  }
}
