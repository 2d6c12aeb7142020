// Jobs, failures and the project as a whole.

import type { exportFormats } from '../choices.ts'
import type { ModelSummary } from './models.ts'
import type { RunSummary } from './runs.ts'
import type { ImportIssue } from './sources.ts'
import type { Dataset } from './tables.ts'
import type { LossPoint } from './training.ts'

export type JobKind = 'import' | 'training' | 'scoring' | 'export' | 'latent-map' | 'view'

export type JobState =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly result: JobResult }
  | { readonly state: 'cancelled'; readonly result: JobResult | null }
  | { readonly state: 'failed'; readonly failure: WireFailure }

export type JobResult =
  | { readonly kind: 'import'; readonly datasetId: string }
  /**
   * `runId`: the first of `runIds`, which has one for each seed. `seedsLeft`: the seeds that were not begun when it
   * was paused.
   */
  | {
      readonly kind: 'training'
      readonly runId: string
      readonly runIds: readonly string[]
      readonly seedsLeft?: readonly number[]
    }
  | { readonly kind: 'scoring'; readonly runId: string }
  | ({ readonly kind: 'file-scoring' } & StreamedFile)
  | { readonly kind: 'export'; readonly file: ExportedFile }
  | { readonly kind: 'latent-map'; readonly runId: string }
  | { readonly kind: 'view'; readonly viewId: string }

export interface Job {
  readonly jobId: string
  readonly kind: JobKind
  readonly title: string
  readonly startedAt: string
  /** What is being done now, in words. */
  readonly phase: string
  /** 0..1, or null while it cannot be known. */
  readonly progress: number | null
  readonly secondsLeft: number | null
  /** Training only: the loss so far. */
  readonly curve: readonly LossPoint[]
  readonly status: JobState
}

export type ExportFormat = (typeof exportFormats)[number]

export interface ExportedFile {
  readonly name: string
  /** Where it lies on the core's machine. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
}

/** A file that was scored row by row into another, without being imported. */
export interface StreamedFile {
  readonly file: ExportedFile
  readonly rows: number
  readonly flagged: number
  /** Lines that are no rows. */
  readonly setAside: number
  /** The first of those lines that this call met. */
  readonly named: readonly ImportIssue[]
  /** The row that a stopped scoring went on with; null: it began at the first. */
  readonly resumedAt: number | null
}

export interface EngineStatus {
  readonly name: string
  readonly available: boolean
  /** Version, or why it cannot be used and what would help. */
  readonly detail: string
}

/** Everything the page needs when it connects, or connects again. */
export interface Project {
  readonly name: string
  readonly folder: string
  readonly datasets: readonly Dataset[]
  readonly runs: readonly RunSummary[]
  /** Models from files, newest first. */
  readonly models: readonly ModelSummary[]
  readonly jobs: readonly Job[]
  /** What `undo` would take back and `redo` do again, in words; null where there is nothing. */
  readonly undoable: string | null
  readonly redoable: string | null
  /** What opening the project found wrong and set aside, in sentences. */
  readonly warnings: readonly string[]
  readonly engines: readonly EngineStatus[]
  readonly samples: readonly {
    readonly sampleId: string
    readonly title: string
    readonly description: string
  }[]
}

/** An error in the form that crosses. `details` holds only plain values. */
export interface WireFailure {
  readonly code: FailureCode
  readonly message: string
  readonly details: Readonly<Record<string, string | number | boolean | null>>
}

export type FailureCode =
  | 'bad-request' // the caller's input breaks the contract
  | 'unknown-method'
  | 'not-found' // a dataset, run, job or upload that does not exist
  | 'unreadable-file' // the file cannot be used as it is; the message says line and remedy
  | 'no-usable-columns'
  | 'too-few-rows'
  | 'cancelled'
  | 'busy' // the project is in use elsewhere, or another job of the kind runs
  | 'disk' // reading or writing failed
  | 'engine' // the numeric engine refused or died
  | 'core-stopped' // the core ended before it answered
  | 'link-closed'
  | 'unsendable' // the answer cannot be put on the wire
  | 'bug' // anything unexpected
