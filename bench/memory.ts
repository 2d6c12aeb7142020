// How much memory the training of a large table takes, and what of it the data itself does.
// Usage: npm run bench:memory [-- ROWS]   (2,000,000 rows of 30 columns by default; Linux only)
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job } from '../src/contract/records.ts'
import { openDatabase } from '../src/pipeline/dataset/database.ts'
import { openTable } from '../src/pipeline/dataset/openTable.ts'
import { readDataset } from '../src/pipeline/dataset/store.ts'
import { createWorkbench } from '../src/workbench/createWorkbench.ts'
import { answer, forgetPeak, inChild, mebibytes, type Resident, resident } from './support/children.ts'
import { generateTable } from './support/generatedTable.ts'

const bound = 1.5 * 1024 ** 3
const file = fileURLToPath(import.meta.url)
const [task = '2000000', folder = '', datasetId = ''] = process.argv.slice(2)

if (task === 'generate') answer(await generateTable(folder, Number(datasetId)))
else if (task === 'read') answer(await read())
else if (task === 'train') answer(await train())
else await measure(Number(task))

interface Phase {
  readonly name: string
  readonly seconds: number
  /** Peak of this phase alone. */
  readonly peak: number
}

interface Trained {
  readonly opened: Resident
  readonly phases: readonly Phase[]
  readonly features: number
}

async function measure(rows: number): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), 'residual-memory-'))
  try {
    const dataset = await inChild<{ datasetId: string; columns: unknown[] }>(file, [
      'generate',
      project,
      String(rows),
    ])
    const reading = await inChild<Resident>(file, ['read', project, dataset.datasetId])
    const trained = await inChild<Trained>(file, ['train', project, dataset.datasetId])
    const { opened, phases, features } = trained
    const matrix = rows * features * 4
    const peak = Math.max(...phases.map((phase) => phase.peak))
    console.log(`${rows} rows x ${dataset.columns.length} columns, ${features} features; bytes resident`)
    console.log(`  the project open, nothing done   ${mebibytes(opened.now)}`)
    console.log(`  only reading all cells, at most  ${mebibytes(reading.peak)}  (database and its cache)`)
    console.log(`  the encoded rows                 ${mebibytes(matrix)}`)
    for (const { name, seconds, peak: highest } of phases) {
      console.log(`  ${name.padEnd(32)} ${mebibytes(highest)} at most, ${seconds.toFixed(1)} s`)
    }
    console.log(`  training at its highest          ${mebibytes(peak)}`)
    const beside = peak - reading.peak - matrix
    console.log(`  beside the data (cache and encoded rows) ${mebibytes(beside)}, bound ${mebibytes(bound)}`)
    console.log(peak <= bound ? 'All of it within the bound.' : 'All of it together is above the bound.')
    if (beside > bound) process.exitCode = 1
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}

/** Streams every cell as detection does, and keeps nothing. */
async function read(): Promise<Resident> {
  const database = await openDatabase({
    file: join(folder, 'project.duckdb'),
    temporaryFolder: join(folder, 'temporary'),
  })
  const dataset = await readDataset(database, datasetId)
  let rows = 0
  const names = dataset.columns.map(({ name }) => name)
  for await (const chunk of openTable(database, dataset).read(names)) rows += chunk.rows
  if (rows !== dataset.rows) throw new Error(`Only ${rows} rows came.`)
  await database.close()
  return resident()
}

async function train(): Promise<Trained> {
  const phases: Phase[] = []
  let latest: Job | undefined
  let ended = (_job: Job) => {}
  const done = new Promise<Job>((resolve) => {
    ended = resolve
  })
  let began = performance.now()
  const endPhase = () => {
    if (latest)
      phases.push({ name: latest.phase, seconds: (performance.now() - began) / 1000, peak: resident().peak })
    forgetPeak()
    began = performance.now()
  }
  const workbench = await createWorkbench({
    folder,
    samplesFolder: folder,
    announce(event, ...payload) {
      if (event !== 'jobChanged') return
      const job = payload[0] as Job
      if (latest?.phase !== job.phase || job.status.state !== 'running') endPhase()
      latest = job
      if (job.status.state !== 'running') ended(job)
    },
  })
  const opened = resident()
  await workbench.api.startTraining({ datasetId })
  const { status } = await done
  if (status.state !== 'done' || status.result.kind !== 'training') throw new Error(JSON.stringify(status))
  const run = await workbench.api.readRun({ runId: status.result.runId })
  await workbench.close()
  return { opened, phases, features: run.features }
}
