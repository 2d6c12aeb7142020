import type { Engine } from '../engine/engine.ts'
import type { Database } from '../pipeline/dataset/database.ts'
import type { Claims } from './claims.ts'
import type { Edits } from './edits.ts'
import type { Jobs } from './jobs.ts'
import type { Judges } from './judges.ts'
import type { Samples } from './samples.ts'
import type { ProjectFolder } from './store/folder.ts'
import type { ModelStore } from './store/models.ts'
import type { RunStore } from './store/runs.ts'
import type { Uploads } from './store/uploads.ts'

/** What the calls of one open project share. */
export interface Context {
  readonly folder: ProjectFolder
  readonly samples: Samples
  readonly database: Database
  readonly uploads: Uploads
  readonly runs: RunStore
  readonly models: ModelStore
  readonly jobs: Jobs
  /** Who uses which data set or run. */
  readonly claims: Claims
  /** Changes of a person, which can be taken back. */
  readonly edits: Edits
  readonly judges: Judges
  /** The numeric engine, opened at first use so that the window need not wait for it. */
  engine(): Promise<Engine>
  /** Resolves when no call waits for an answer, or after a short while: what long work awaits between chunks. */
  quiet(): Promise<void>
  /** How often a long training saves what it has reached; only tests say. */
  readonly checkpointMilliseconds?: number | undefined
  /** Tells the page that datasets or runs changed. */
  projectChanged(): void
}
