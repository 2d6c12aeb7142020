// Whether a model file scores raw columns as Residual does: `npm run bench:modelFile [-- [--settings JSON] [table ...]]`.
// A fresh onnxruntime-node session and, where it is there, Python's onnxruntime behind onnx.checker.
import { parseArgs } from 'node:util'
import { openEngine } from '../src/engine/engines.ts'
import { trainingHash } from '../src/pipeline/modelFile/modelFile.ts'
import { parseModelFile } from '../src/pipeline/modelFile/readModelFile.ts'
import { writeOnnxModel } from '../src/pipeline/modelFile/writeOnnxModel.ts'
import { detect } from '../src/pipeline/run.ts'
import { missingInPython, runInPython } from '../test/support/pythonScore.ts'
import { fileInputs, largestError, runFile } from '../test/support/scoreFile.ts'
import { developmentTables, openBenchProject } from './support/tables.ts'

const withoutLabels = ['titanic', 'taxis']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { settings: { type: 'string', default: '{}' } },
})
const settings = JSON.parse(values.settings) as object
const engine = await openEngine('onnx')
const project = await openBenchProject()
const python = missingInPython()
if (python !== null) console.log(`PYTHON LEFT OUT: ${python}`)
const names =
  positionals.length > 0 ? positionals : [...developmentTables(), 'network-connections', ...withoutLabels]

console.log('table                    rows  columns   file KB   node: error  flags   python: error  flags')
let worst = 0
for (const name of names) {
  const { table } = await project.open(name, [], !withoutLabels.includes(name))
  const { signal } = new AbortController()
  const { model, scores, threshold } = await detect({ table, engine, settings, signal })
  const bytes = await writeOnnxModel({
    model,
    threshold,
    name,
    trainedAt: new Date().toISOString(),
    writtenBy: '0',
    trainingHash: await trainingHash({
      dataHash: name,
      settings: model.settings,
      weights: model.state.weights,
    }),
    reference: null,
  })
  await parseModelFile(bytes, name)
  const inputs = await fileInputs(table, model.encoder)
  const expected = Uint8Array.from(scores, (score) => Number(score >= threshold.cut))
  const judged = [await runFile(bytes, inputs), ...(python === null ? [runInPython(bytes, inputs)] : [])].map(
    ({ score, flag }) => ({
      error: largestError(score, scores),
      flags: flag.reduce((count, value, row) => count + Number(value !== expected[row]), 0),
    }),
  )
  worst = Math.max(worst, ...judged.map(({ error }) => error))
  console.log(
    [
      name.padEnd(20),
      String(table.rows).padStart(8),
      String(model.encoder.columns.length).padStart(8),
      String(Math.round(bytes.length / 1024)).padStart(9),
      ...judged.map(
        ({ error, flags }) => `${error.toExponential(1).padStart(13)} ${String(flags).padStart(6)}`,
      ),
    ].join(' '),
  )
}
await project.close()
console.log(`largest relative error of a score: ${worst.toExponential(1)} (bar: 1e-5)`)
process.exitCode = worst < 1e-5 ? 0 : 1
