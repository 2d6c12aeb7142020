// What the crash test kills: one workbench that works without end, and says what it begins and what is done.
// Words: project folder, a table, seed, the first step.
import { dirname } from 'node:path'
import { seededRandom } from '../../src/engine/random.ts'
import { createWorkbench } from '../../src/workbench/createWorkbench.ts'
import { endOf } from '../workbench/openWorkbench.ts'
import { type Done, type StepName, stepNames } from './steps.ts'

const [folder = '', table = '', seed = '0', first = ''] = process.argv.slice(2)
const random = seededRandom(Number(seed), 'worker')
// Written at once: a pipe takes small texts whole.
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`)

const { api } = await createWorkbench({
  folder,
  samplesFolder: dirname(table),
  checkpointMilliseconds: 30,
  announce: () => undefined,
})
say({ opened: true })

const source = { kind: 'path', path: table } as const

async function result(started: Promise<{ jobId: string }>) {
  const { status } = await endOf(api, await started)
  if (status.state !== 'done') throw new Error(JSON.stringify(status))
  return status.result
}

/** One step of a person's work; null where it cannot be done now. */
async function step(name: StepName): Promise<Done | null> {
  const jobsAnd = await api.listJobs({})
  if (jobsAnd.some(({ status }) => status.state === 'running')) throw new Error('a job was left')
  const { datasets, runs } = await projectNow()
  const dataset = datasets[random.integer(datasets.length)]
  const run = runs.filter(({ state }) => state === 'complete')[random.integer(runs.length)]
  const begin = (subject: string) => say({ begin: name, subject })
  if (name === 'import') {
    begin('')
    const made = await result(api.startImport({ source }))
    return made.kind === 'import' ? { name, datasetId: made.datasetId } : null
  }
  if (dataset === undefined) return null
  const { datasetId } = dataset
  if (name === 'label') {
    const role = random.integer(2) === 0 ? 'label' : 'ignored'
    begin(datasetId)
    await api.updateColumns({ datasetId, columns: { odd: { role } } })
    return { name, datasetId, role }
  }
  if (name === 'train') {
    begin(datasetId)
    const made = await result(api.startTraining({ datasetId, settings: { seed: 3, steps: 200 } }))
    return made.kind === 'training' ? { name, runId: made.runId, datasetId } : null
  }
  if (name === 'delete') {
    if (datasets.length < 4) return null
    begin(datasetId)
    await api.deleteDataset({ datasetId })
    return { name, datasetId }
  }
  if (run === undefined) return null
  const { runId } = run
  begin(runId)
  if (name === 'threshold') {
    const value = 1 + random.integer(20)
    await api.setThreshold({ runId, rule: 'top-k', value })
    return { name, runId, value }
  }
  if (name === 'score') {
    const made = await result(api.startScoring({ model: { runId }, data: { source } }))
    if (made.kind !== 'scoring') return null
    const scored = (await projectNow()).runs.find((one) => one.runId === made.runId)
    return scored ? { name, runId: made.runId, datasetId: scored.datasetId } : null
  }
  const made = await result(api.startExport({ runId, rows: 'all', neutraliseFormulas: true }))
  return made.kind === 'export' ? { name, path: made.file.path, rows: made.file.rows } : null
}

/** Data sets and runs alone: `readProject` also looks for engines and samples. */
async function projectNow() {
  const { datasets, runs } = await api.readProject({})
  return { datasets, runs }
}

for (let turn = 0; ; turn++) {
  const wished = stepNames.find((name) => turn === 0 && name === first)
  const name = wished ?? stepNames[random.integer(stepNames.length)] ?? 'import'
  const done = await step(name)
  if (done) say({ done })
  else if (turn === 0) await step('import').then((made) => say({ done: made }))
}
