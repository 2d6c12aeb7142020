import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Api } from '../../contract/api.ts'
import type { Failure } from '../../contract/failure.ts'
import type { JobResult } from '../../contract/records.ts'
import type { Announce } from '../../contract/wire/serve.ts'
import type { EngineArguments } from './arguments.ts'
import { createJobs, createProgress } from './jobs.ts'
import { printable } from './words.ts'

/** What createWorkbench is asked for, so that a test can put something else in its place. */
export type OpenWorkbench = (options: {
  folder: string
  samplesFolder: string
  engine?: string | undefined
  threads?: number | undefined
  fallBack?: ((failure: Failure) => void) | undefined
  announce: Announce
}) => Promise<{ api: Api; close(): Promise<void> }>

/** Where a command runs. */
export interface CommandContext {
  readonly open: OpenWorkbench
  readonly samplesFolder: string
  readonly progress: NodeJS.WritableStream
  readonly signal: AbortSignal
  /** Told the temporary folder, where there is one, so that someone else can remove it after a crash. */
  readonly temporaryFolder?: (folder: string) => void
}

/** An open workbench, as a command uses it. */
export interface Session {
  readonly api: Api
  /** The result of a job once it is done. Throws its Failure, or `Interrupted` when it was cancelled. */
  finish<Kind extends JobResult['kind']>(
    kind: Kind,
    started: { jobId: string },
  ): Promise<Extract<JobResult, { kind: Kind }>>
  /** A line for people, beside the result. */
  say(line: string): void
}

/**
 * Opens a workbench in this process, lends it to `work` and closes it again. Without a project it works in a
 * temporary folder that is gone afterwards, whatever happens.
 */
export async function withWorkbench<Result>(
  given: EngineArguments & { readonly project: string | undefined },
  context: CommandContext,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { engine, threads, fallback } = given
  const temporary = given.project === undefined ? await mkdtemp(join(tmpdir(), 'residual-')) : null
  if (temporary !== null) context.temporaryFolder?.(temporary)
  const progress = createProgress(context.progress)
  const jobs = createJobs((job) => progress.show(job))
  const say = (line: string) => {
    progress.clear()
    context.progress.write(`${printable(line)}\n`)
  }
  try {
    const { api, close } = await context.open({
      folder: temporary ?? resolve(given.project ?? '.'),
      samplesFolder: context.samplesFolder,
      engine,
      threads,
      fallBack:
        fallback && ((failure) => say(`residual: ${failure.message} The reference engine goes on, slowly.`)),
      announce: (event, ...payload) => {
        const [job] = payload
        if (event === 'jobChanged' && job !== undefined && 'jobId' in job) jobs.changed(job)
      },
    })
    try {
      return await work({
        api,
        async finish(kind, { jobId }) {
          const result = await jobs.result(api, jobId, context.signal)
          if (!isKind(result, kind)) throw new TypeError(`A job of kind ${kind} ended as ${result.kind}.`)
          return result
        },
        say,
      })
    } finally {
      await close()
    }
  } finally {
    progress.clear()
    if (temporary !== null) await rm(temporary, { recursive: true, force: true, maxRetries: 3 })
  }
}

const isKind = <Kind extends JobResult['kind']>(
  result: JobResult,
  kind: Kind,
): result is Extract<JobResult, { kind: Kind }> => result.kind === kind
