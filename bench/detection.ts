// How well the defaults find anomalies: `npm run bench:detection [-- [--seeds 1,2,3] [--settings JSON] [table ...]]`.
// Labels are read only to judge the finished scores.
import { parseArgs } from 'node:util'
import { openEngine } from '../src/engine/engines.ts'
import { metricsAt } from '../src/pipeline/evaluation/evaluate.ts'
import { readLabels } from '../src/pipeline/evaluation/labels.ts'
import { detect } from '../src/pipeline/run.ts'
import { developmentTables, openBenchProject } from './support/tables.ts'

/** Measured per table: the prototype of this recipe and PyOD's IsolationForest, AUROC / AP. */
const peers: Readonly<Record<string, string>> = {
  annthyroid: '.939/.550 .812/.309',
  breastw: '.994/.988 .987/.971',
  cardiotocography: '.594/.349 .660/.407',
  fault: '.693/.532 .560/.405',
  glass: '.797/.219 .798/.211',
  internetads: '.692/.510 .691/.507',
  landsat: '.536/.222 .442/.183',
  lymphography: '.998/.948 1.00/1.00',
  'magic-gamma': '.668/.609 .723/.640',
  mnist: '.823/.365 .801/.274',
  musk: '1.00/1.00 1.00/1.00',
  optdigits: '.706/.045 .729/.055',
  pendigits: '.930/.213 .956/.267',
  'satimage-2': '.998/.972 .992/.913',
  spambase: '.650/.476 .637/.485',
  stamps: '.927/.381 .887/.300',
  thyroid: '.993/.797 .975/.468',
  vowels: '.823/.224 .776/.173',
  waveform: '.748/.101 .721/.055',
  wbc: '.995/.925 .995/.948',
  wilt: '.493/.048 .425/.042',
  wine: '.948/.467 .775/.176',
  'mean of 22': '.816/.497 .793/.447',
  'network-connections': '.984/.748 .980/.739',
}

const columns = ['AUROC', 'AP', 'MCC', 'flagged', 'train s', 'score s'] as const
type Line = Readonly<Record<(typeof columns)[number], number>>

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    settings: { type: 'string', default: '{}' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const settings = JSON.parse(values.settings) as object
const engine = await openEngine('onnx')
const project = await openBenchProject()

async function measure(name: string, ignored: readonly string[]): Promise<Line> {
  const { table, labels } = await project.open(name, ignored)
  const codes = readLabels(labels)?.codes
  if (!codes) throw new Error(`${name} has no usable label column`)
  const runs: Line[] = []
  for (const seed of seeds) {
    const { signal } = new AbortController()
    const found = await detect({ table, engine, settings: { ...settings, seed }, signal })
    const metrics = metricsAt({
      sorted: found.sorted,
      labels: Uint8Array.from(found.order, (row) => codes[row] ?? 255),
      cut: found.threshold.cut,
    })
    if (!metrics) throw new Error(`${name} has only one kind of row`)
    runs.push({
      AUROC: metrics.auroc,
      AP: metrics.averagePrecision,
      MCC: metrics.matthews,
      flagged: found.threshold.flagged / table.rows,
      'train s': found.seconds.train,
      'score s': found.seconds.score,
    })
  }
  return meanLine(runs)
}

function meanLine(lines: readonly Line[]): Line {
  const mean = (column: keyof Line) => lines.reduce((sum, line) => sum + line[column], 0) / lines.length
  return Object.fromEntries(columns.map((column) => [column, mean(column)])) as Line
}

function print(name: string, line: Line): void {
  const cells = columns.map((column) => line[column].toFixed(column.endsWith(' s') ? 2 : 3).padStart(8))
  console.log(`${name.padEnd(20)}${cells.join('')}  ${peers[name] ?? ''}`)
}

console.log(`Defaults, ${engine.name}, mean of seeds ${values.seeds}`)
console.log(
  `${''.padEnd(20)}${columns.map((column) => column.padStart(8)).join('')}  prototype IsolationForest`,
)
const chosen = positionals.length > 0 ? positionals : [...developmentTables(), 'network-connections']
const development: Line[] = []
for (const name of chosen.filter((one) => one !== 'network-connections')) {
  const line = await measure(name, [])
  development.push(line)
  print(name, line)
}
if (development.length > 1) print(`mean of ${development.length}`, meanLine(development))
if (chosen.includes('network-connections')) {
  print('network-connections', await measure('network-connections', ['attack']))
}
await project.close()
