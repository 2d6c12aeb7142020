// What the estimate says before a training, beside what the training then takes: time and memory.
// Usage: npm run bench:estimate [-- PART OF A CASE'S NAME]   (Linux only)
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { autoFlavours } from '../src/contract/flavours.ts'
import type { Flavour, Job, TrainingSettings } from '../src/contract/records.ts'
import { createWorkbench, type Workbench } from '../src/workbench/createWorkbench.ts'
import { answer, forgetPeak, inChild, mebibytes, resident, startStopwatch } from './support/children.ts'
import { generateTable } from './support/generatedTable.ts'

interface Case {
  readonly name: string
  /** A file of the data folder, or rows of a generated table. */
  readonly source: string | number
  readonly settings: Partial<TrainingSettings>
}

interface Predicted {
  readonly seconds: number
  readonly bytes: number
  /** Until the answer was there, and the longest that any other call had to wait for its turn meanwhile. */
  readonly asked: number
  readonly longestTurn: number
}

interface Measured {
  readonly seconds: number
  readonly bytes: number
}

const flavour = (kind: Flavour['kind']): Partial<TrainingSettings> => ({ flavour: autoFlavours[kind] })

const cases: readonly Case[] = [
  { name: 'thyroid', source: 'tabular/thyroid.csv', settings: {} },
  { name: 'thyroid variational', source: 'tabular/thyroid.csv', settings: flavour('variational') },
  { name: 'thyroid contractive', source: 'tabular/thyroid.csv', settings: flavour('contractive') },
  { name: 'thyroid stacked', source: 'tabular/thyroid.csv', settings: flavour('stacked') },
  { name: 'thyroid pca', source: 'tabular/thyroid.csv', settings: flavour('pca') },
  {
    name: 'thyroid 5,000 steps, stopping early',
    source: 'tabular/thyroid.csv',
    settings: { steps: 5000, earlyStopping: 200 },
  },
  { name: 'internetads', source: 'tabular/internetads.csv.gz', settings: {} },
  { name: 'internetads pca', source: 'tabular/internetads.csv.gz', settings: flavour('pca') },
  { name: 'network-connections', source: 'mixed/network-connections.csv', settings: {} },
  { name: 'mnist 256-64', source: 'tabular/mnist.csv.gz', settings: { hidden: [256], code: 64 } },
  { name: '100,000 x 30', source: 100_000, settings: {} },
  { name: '100,000 x 30 pca', source: 100_000, settings: flavour('pca') },
  { name: '1,000,000 x 30', source: 1_000_000, settings: {} },
]

const within = 1.5
const file = fileURLToPath(import.meta.url)
const [task = '', folder = '', datasetId = '', settings = '{}'] = process.argv.slice(2)

if (task === '--prepare') answer({ datasetId: await prepare(datasetId) })
else if (task === '--estimate') answer(await estimate(JSON.parse(settings)))
else if (task === '--train') answer(await train(JSON.parse(settings)))
else await measure(cases.filter(({ name }) => name.includes(task)))

async function measure(chosen: readonly Case[]): Promise<void> {
  console.log(
    'case                                  predicted s, measured   ratio   predicted, measured memory   ratio   asked s, longest turn ms',
  )
  const projects = new Map<string | number, { project: string; datasetId: string }>()
  let outside = 0
  try {
    for (const { name, source, settings: wanted } of chosen) {
      let place = projects.get(source)
      if (!place) {
        const project = await mkdtemp(join(tmpdir(), 'residual-estimate-'))
        const made = await inChild<{ datasetId: string }>(file, ['--prepare', project, String(source)])
        place = { project, datasetId: made.datasetId }
        projects.set(source, place)
      }
      const given = [place.project, place.datasetId, JSON.stringify(wanted)]
      const predicted = await inChild<Predicted>(file, ['--estimate', ...given])
      const measured = await inChild<Measured>(file, ['--train', ...given])
      const ratios = [predicted.seconds / measured.seconds, predicted.bytes / measured.bytes]
      outside += ratios.filter((ratio) => ratio > within || ratio < 1 / within).length
      const [time, memory] = ratios.map((ratio) => ratio.toFixed(2).padStart(5))
      console.log(
        `${name.padEnd(38)}${predicted.seconds.toFixed(2).padStart(8)}${measured.seconds.toFixed(2).padStart(10)}       ${time}` +
          `${mebibytes(predicted.bytes).padStart(14)}${mebibytes(measured.bytes).padStart(10)}          ${memory}` +
          `${predicted.asked.toFixed(2).padStart(9)}${predicted.longestTurn.toFixed(0).padStart(8)}`,
      )
    }
  } finally {
    for (const { project } of projects.values()) await rm(project, { recursive: true, force: true })
  }
  console.log(outside === 0 ? `All within ${within}.` : `${outside} of them not within ${within}.`)
  if (outside > 0) process.exitCode = 1
}

async function prepare(source: string): Promise<string> {
  if (/^\d+$/.test(source)) return (await generateTable(folder, Number(source))).datasetId
  const { workbench, ended } = await open()
  const path = resolve('../shared/data', source)
  await workbench.api.startImport({ source: { kind: 'path', path }, columns: { label: { role: 'label' } } })
  const { status } = await ended
  await workbench.close()
  if (status.state !== 'done' || status.result.kind !== 'import') throw new Error(JSON.stringify(status))
  return status.result.datasetId
}

async function estimate(wanted: Partial<TrainingSettings>): Promise<Predicted> {
  const { workbench } = await open()
  // The window asks for the plan first, which fits the encoder.
  await workbench.api.planTraining({ datasetId, settings: wanted })
  let last = performance.now()
  let longestTurn = 0
  const timer = setInterval(() => {
    longestTurn = Math.max(longestTurn, performance.now() - last)
    last = performance.now()
  }, 1)
  const began = performance.now()
  const { seconds, bytes } = await workbench.api.estimateTraining({ datasetId, settings: wanted })
  const asked = (performance.now() - began) / 1000
  clearInterval(timer)
  await workbench.close()
  return { seconds, bytes, asked, longestTurn }
}

/** From the start of the job to its end, as a person waits for it. */
async function train(wanted: Partial<TrainingSettings>): Promise<Measured> {
  const { workbench, ended } = await open()
  const before = resident().now
  forgetPeak()
  const stopwatch = startStopwatch()
  await workbench.api.startTraining({ datasetId, settings: wanted })
  const { status } = await ended
  const seconds = stopwatch()
  const bytes = resident().peak - before
  if (status.state !== 'done') throw new Error(JSON.stringify(status))
  await workbench.close()
  return { seconds, bytes }
}

async function open(): Promise<{ workbench: Workbench; ended: Promise<Job> }> {
  let end = (_job: Job) => {}
  const ended = new Promise<Job>((resolve) => {
    end = resolve
  })
  const workbench = await createWorkbench({
    folder,
    samplesFolder: folder,
    announce(event, ...payload) {
      if (event !== 'jobChanged') return
      const job = payload[0] as Job
      if (job.status.state !== 'running') end(job)
    },
  })
  return { workbench, ended }
}
