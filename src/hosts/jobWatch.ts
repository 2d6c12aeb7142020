import type { Job, Project } from '../contract/records.ts'

/**
 * Follows the jobs of a core from outside: notices a cancelled job that does not stop, and remembers
 * the jobs that ended because the core died, which the next core knows nothing of.
 */
export function createJobWatch(options: { readonly patience: number; readonly onStuck: () => void }) {
  const running = new Map<string, Job>()
  const cancelled = new Map<string, NodeJS.Timeout>()
  const lost: Job[] = []

  const forget = (jobId: string) => {
    clearTimeout(cancelled.get(jobId))
    cancelled.delete(jobId)
  }
  const expectChange = (jobId: string) => {
    clearTimeout(cancelled.get(jobId))
    cancelled.set(jobId, setTimeout(options.onStuck, options.patience))
  }

  return {
    /** A job began, moved or ended. */
    saw(job: Job): void {
      if (job.status.state !== 'running') {
        running.delete(job.jobId)
        forget(job.jobId)
        return
      }
      running.set(job.jobId, job)
      if (cancelled.has(job.jobId)) expectChange(job.jobId)
    },
    /** Someone asked a job to stop: it must show a change from now on, or it counts as stuck. */
    cancelAsked(input: unknown): void {
      const jobId = typeof input === 'object' && input !== null && 'jobId' in input ? input.jobId : undefined
      if (typeof jobId === 'string' && running.has(jobId)) expectChange(jobId)
    },
    /** Ends the running jobs: cancelled where someone asked for it, failed otherwise. Returns them. */
    coreDied(how: string): Job[] {
      const ended = [...running.values()].map((job): Job => {
        if (cancelled.has(job.jobId)) return { ...job, status: { state: 'cancelled', result: null } }
        const message = `The core stopped during this job (${how}). What was saved before is still there; start the job again.`
        return {
          ...job,
          status: { state: 'failed', failure: { code: 'core-stopped', message, details: {} } },
        }
      })
      for (const job of ended) forget(job.jobId)
      running.clear()
      lost.push(...ended)
      lost.splice(0, lost.length - 50)
      return ended
    },
    /** Adds the lost jobs to an answer that lists jobs. */
    complete(method: string, answer: unknown): unknown {
      const withLost = (jobs: readonly Job[]) => [
        ...jobs,
        ...lost.filter((one) => jobs.every((job) => job.jobId !== one.jobId)),
      ]
      if (lost.length === 0) return answer
      if (method === 'listJobs') return withLost(answer as Job[])
      if (method !== 'readProject') return answer
      const project = answer as Project
      return { ...project, jobs: withLost(project.jobs) }
    },
    close(): void {
      for (const jobId of [...cancelled.keys()]) forget(jobId)
    },
  }
}
