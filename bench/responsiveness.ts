// How long calls wait while the core trains, and how soon a cancel answers and ends the training.
// Usage: npm run bench:responsiveness [-- FILE.csv]   (needs a build: the real core process is measured)
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../src/contract/records.ts'
import { superviseCore } from '../src/hosts/coreProcess.ts'
import { forkCore } from '../src/hosts/forkCore.ts'
import { places } from '../src/hosts/places.ts'

const root = resolve(process.cwd())
const named = process.argv.slice(2)
const shared = resolve(root, '../shared/data/tabular')
const files = named.length > 0 ? named : ['glass', 'magic-gamma', 'musk', 'internetads'].map(fileOf)

function fileOf(name: string): string {
  return join(shared, name === 'internetads' ? `${name}.csv.gz` : `${name}.csv`)
}

const folder = await mkdtemp(join(tmpdir(), 'residual-bench-'))
let latest: Job | undefined
const { core: entry, samples } = places(root)
const core = superviseCore({
  start: () => forkCore(entry, { folder, samplesFolder: samples }),
  announce: (event, ...payload) => {
    if (event === 'jobChanged') latest = payload[0] as Job
  },
})

async function ended(jobId: string): Promise<Job> {
  while (latest?.jobId !== jobId || latest.status.state === 'running') await sleep(1)
  return latest
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN

console.log(
  'file                  calls  median ms  p95 ms  max ms  cancel answered ms  ended ms  steps kept',
)
for (const file of files) {
  const { jobId: importId } = await core.api.startImport({ source: { kind: 'path', path: file } })
  const imported = await ended(importId)
  if (imported.status.state !== 'done' || imported.status.result.kind !== 'import') {
    throw new Error(JSON.stringify(imported.status))
  }
  const { datasetId } = imported.status.result
  const { jobId } = await core.api.startTraining({ datasetId, settings: { steps: 20_000 } })
  while (latest?.jobId !== jobId || latest.curve.length === 0) await sleep(1)
  const waits: number[] = []
  for (let call = 0; call < 40; call++) {
    const began = performance.now()
    await core.api.readRows({ datasetId, from: 0, to: 50 })
    waits.push(performance.now() - began)
    await sleep(15)
  }
  waits.sort((a, b) => a - b)
  const began = performance.now()
  await core.api.cancelJob({ jobId })
  const answered = performance.now() - began
  const job = await ended(jobId)
  const stopped = performance.now() - began
  const kept =
    job.status.state === 'cancelled' && job.status.result?.kind === 'training'
      ? (await core.api.readRun({ runId: job.status.result.runId })).stepsDone
      : Number.NaN
  const name = file.split('/').at(-1) ?? file
  const cells = [quantile(waits, 0.5), quantile(waits, 0.95), waits.at(-1) ?? Number.NaN, answered, stopped]
  const [median, p95, max, answer, end] = cells.map((value) => value.toFixed(0))
  console.log(
    `${name.padEnd(20)} ${String(waits.length).padStart(6)} ${median?.padStart(10)} ${p95?.padStart(7)} ${max?.padStart(7)} ${answer?.padStart(19)} ${end?.padStart(9)} ${String(kept).padStart(11)}`,
  )
}
await core.close()
await rm(folder, { recursive: true, force: true })
