import type { ColumnCalls } from './calls/columns.ts'
import type { ExportCalls } from './calls/exporting.ts'
import type { LatentCalls } from './calls/latent.ts'
import type { ProjectCalls } from './calls/projects.ts'
import type { ResultCalls } from './calls/results.ts'
import type { ScoringCalls } from './calls/scoring.ts'
import type { TableCalls } from './calls/tables.ts'
import type { TrainingCalls } from './calls/training.ts'
import type { ViewCalls } from './calls/views.ts'
import type { Job } from './records.ts'

/**
 * What the page, or the command line, can ask of the core, a file a stage. One object in, one plain record out.
 * Every call may reject with a Failure (see failure.ts). Long work returns a job's id at once.
 */
export interface Api
  extends ProjectCalls,
    TableCalls,
    ColumnCalls,
    TrainingCalls,
    ResultCalls,
    ExportCalls,
    ScoringCalls,
    LatentCalls,
    ViewCalls {}

/** What the core announces by itself. */
export interface Events {
  /** A job began, moved or ended. */
  jobChanged(job: Job): void
  /** Datasets or runs changed: read the project again. */
  projectChanged(): void
  /** From the host: the core stopped and was started again, or could not be. */
  coreRestarted(notice: { message: string; working: boolean }): void
  /** From the host: the person opened a file from outside the window (menu, association, command line). */
  fileOpened(source: { path: string; name: string }): void
}

export type ApiMethod = keyof Api
export type EventName = keyof Events
