import type { Api } from '../../contract/api.ts'
import { fromWireFailure } from '../../contract/failure.ts'
import type { Job, JobResult } from '../../contract/records.ts'

/** A job was cancelled; `kept` is what remains of it. */
export class Interrupted extends Error {
  override readonly name = 'AbortError'
  constructor(readonly kept: JobResult | null) {
    super('Cancelled.')
  }
}

/** Waits for jobs by the events they announce, and shows them move. */
export function createJobs(show: (job: Job) => void) {
  const latest = new Map<string, Job>()
  const waiting = new Map<string, () => void>()
  return {
    changed(job: Job): void {
      latest.set(job.jobId, job)
      show(job)
      if (job.status.state !== 'running') waiting.get(job.jobId)?.()
    },
    /**
     * The result of a job once it is done. Throws its Failure, or Interrupted when it was cancelled;
     * the signal cancels it.
     */
    async result(api: Api, jobId: string, signal: AbortSignal): Promise<JobResult> {
      const cancel = () => void api.cancelJob({ jobId }).catch(() => undefined)
      if (signal.aborted) cancel()
      signal.addEventListener('abort', cancel)
      await new Promise<void>((ended) => {
        waiting.set(jobId, ended)
        const known = latest.get(jobId)
        if (known !== undefined && known.status.state !== 'running') ended()
      })
      signal.removeEventListener('abort', cancel)
      const status = latest.get(jobId)?.status
      if (status?.state === 'failed') throw fromWireFailure(status.failure)
      if (status?.state === 'done' && !signal.aborted) return status.result
      throw new Interrupted(status?.state === 'running' ? null : (status?.result ?? null))
    },
  }
}

/** Draws one moving line on a terminal, or one line a job elsewhere. */
export function createProgress(stream: NodeJS.WriteStream | NodeJS.WritableStream) {
  const isTerminal = 'isTTY' in stream && stream.isTTY === true
  const seen = new Set<string>()
  const columns = () => ('columns' in stream && stream.columns ? stream.columns : 80)
  return {
    show(job: Job): void {
      if (!isTerminal) {
        if (!seen.has(job.jobId)) stream.write(`${job.title}\n`)
        seen.add(job.jobId)
        return
      }
      const percent = job.progress === null ? '' : ` ${Math.floor(job.progress * 100)} %`
      const left = job.secondsLeft === null ? '' : `, about ${Math.ceil(job.secondsLeft)} s left`
      const line = `${job.title}:${percent} ${job.phase}${left}`
      stream.write(job.status.state === 'running' ? `\r\x1b[K${line.slice(0, columns() - 1)}` : '\r\x1b[K')
    },
    clear(): void {
      if (isTerminal) stream.write('\r\x1b[K')
    },
  }
}
