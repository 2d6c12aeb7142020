// How well the defaults find anomalies: `npm run bench:detection [-- [--seeds 1,2,3] [--settings JSON] [table ...]]`,
// and how well every flavour does: `npm run bench:detection -- --flavours all` (or names, separated by commas).
// Labels are read only to judge the finished scores.
import { parseArgs } from 'node:util'
import { openEngine } from '../src/engine/engines.ts'
import { printFlavours } from './support/flavourTable.ts'
import { type Line, meanLine, measures, openJudge } from './support/judge.ts'
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

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    settings: { type: 'string', default: '{}' },
    flavours: { type: 'string' },
  },
})
const seeds = values.seeds.split(',').map(Number)
const settings = JSON.parse(values.settings) as object
const engine = await openEngine('onnx')
const project = await openBenchProject()
const connections = 'network-connections'

function print(name: string, line: Line): void {
  const cells = measures.map((measure) => line[measure].toFixed(measure.endsWith(' s') ? 2 : 3).padStart(8))
  console.log(`${name.padEnd(20)}${cells.join('')}  ${peers[name] ?? ''}`)
}

async function printTables(tables: readonly string[]): Promise<void> {
  console.log(`Defaults, ${engine.name}, mean of seeds ${values.seeds}`)
  console.log(
    `${''.padEnd(20)}${measures.map((measure) => measure.padStart(8)).join('')}  prototype IsolationForest`,
  )
  const development: Line[] = []
  for (const name of tables) {
    const ignored = name === connections ? ['attack'] : []
    const judge = openJudge(engine, name, await project.open(name, ignored))
    const runs: Line[] = []
    for (const seed of seeds) runs.push(await judge({ ...settings, seed }))
    const line = meanLine(runs)
    if (name !== connections) development.push(line)
    print(name, line)
  }
  if (development.length > 1) print(`mean of ${development.length}`, meanLine(development))
}

if (values.flavours === undefined) {
  await printTables(positionals.length > 0 ? positionals : [...developmentTables(), connections])
} else {
  const tables = positionals.length > 0 ? positionals : developmentTables()
  await printFlavours({ engine, project, tables, seeds, flavours: values.flavours.split(',') })
}
await project.close()
