import type { Job, Project } from '../records.ts'

/** The project as a whole and its jobs. Every call is bound by what `Api` says. */
export interface ProjectCalls {
  /** The project as it stands: datasets, runs (newest first), jobs. */
  readProject(input: Record<string, never>): Promise<Project>
  /** Asks a job to stop. Answers at once; the job's ending arrives as an event. */
  cancelJob(input: { jobId: string }): Promise<Record<string, never>>
  listJobs(input: Record<string, never>): Promise<Job[]>
}
