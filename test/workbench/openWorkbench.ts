import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '../../src/contract/api.ts'
import type { Job, JobResult, TrainingSettings } from '../../src/contract/records.ts'
import { createWorkbench, type WorkbenchOptions } from '../../src/workbench/createWorkbench.ts'

export const samplesFolder = join(resolve(import.meta.dirname, '../..'), 'resources/samples')
export const pumps = join(samplesFolder, 'pump-sensors.csv')

/** A real workbench in a folder, with what it announced. */
export async function openIn(folder: string, options: Partial<WorkbenchOptions> = {}) {
  const said: string[] = []
  const workbench = await createWorkbench({
    folder,
    samplesFolder,
    announce: (event, ..._payload) => void said.push(event),
    ...options,
  })
  return { workbench, api: workbench.api, said }
}

export async function endOf(api: Api, { jobId }: { jobId: string }): Promise<Job> {
  for (;;) {
    const job = (await api.listJobs({})).find((entry) => entry.jobId === jobId)
    if (job && job.status.state !== 'running') return job
    await sleep(5)
  }
}

/** What a job that ended well left behind. */
export async function resultOf<Kind extends JobResult['kind']>(
  api: Api,
  kind: Kind,
  started: Promise<{ jobId: string }>,
): Promise<Extract<JobResult, { kind: Kind }>> {
  const { status } = await endOf(api, await started)
  if (status.state !== 'done') throw new Error(JSON.stringify(status))
  return ofKind(status.result, kind)
}

/** What a job left that was cancelled once its curve had this many points. */
export async function cancelAfter(api: Api, points: number, started: Promise<{ jobId: string }>) {
  const { jobId } = await started
  for (;;) {
    const job = (await api.listJobs({})).find((entry) => entry.jobId === jobId)
    if (job?.status.state !== 'running') throw new Error(`ended before: ${JSON.stringify(job?.status)}`)
    if (job.curve.length >= points) break
    await sleep(2)
  }
  await api.cancelJob({ jobId })
  const { status } = await endOf(api, { jobId })
  if (status.state !== 'cancelled' || !status.result) throw new Error(JSON.stringify(status))
  return ofKind(status.result, 'training')
}

function ofKind<Kind extends JobResult['kind']>(
  result: JobResult,
  kind: Kind,
): Extract<JobResult, { kind: Kind }> {
  const isKind = (one: JobResult): one is Extract<JobResult, { kind: Kind }> => one.kind === kind
  if (!isKind(result)) throw new Error(`A job of kind ${kind} ended as ${result.kind}`)
  return result
}

export async function importFileOf(api: Api, path: string): Promise<string> {
  const source = { kind: 'path', path } as const
  return (await resultOf(api, 'import', api.startImport({ source }))).datasetId
}

/** Trains a model, quickly, and gives back its run. */
export async function trainOn(
  api: Api,
  datasetId: string,
  settings: Partial<TrainingSettings> = { seed: 3, steps: 60 },
): Promise<string> {
  return (await resultOf(api, 'training', api.startTraining({ datasetId, settings }))).runId
}
