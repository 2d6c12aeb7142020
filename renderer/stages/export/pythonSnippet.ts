import type { Dataset } from '../../../src/contract/records.ts'

/** A text as a Python string literal. */
const literal = (text: string): string => JSON.stringify(text)

/**
 * Python that reads a table and scores it with an exported model, with nothing but numpy and onnxruntime. The table is
 * read as the data set was: its separator and its decimal mark.
 */
export function pythonSnippet(dataset: Dataset, modelFile: string): string {
  const { delimiter, decimalMark, missingMarks } = dataset.dialect
  const dates = dataset.columns
    .filter(({ role, type }) => role === 'feature' && type === 'date-time')
    .map(({ name }) => literal(name))
  const marks = [...new Set(['', ...missingMarks])].map(literal)
  const separator = delimiter === ',' ? '' : `, delimiter=${literal(delimiter)}`
  const read = decimalMark === ',' ? 'float(cell.replace(",", "."))' : 'float(cell)'
  return `import csv, numpy, onnxruntime

with open("new.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file${separator}))
missing = {${marks.join(', ')}}

def number(cell):
    return numpy.nan if cell.strip() in missing else ${read}
${
  dates.length === 0
    ? ''
    : `
def moment(cell):  # milliseconds since 1970, UTC
    return numpy.nan if cell.strip() in missing else float(numpy.datetime64(cell, "ms").astype("int64"))
`
}
model = onnxruntime.InferenceSession(${literal(modelFile)})
inputs = {}
for one in model.get_inputs():
    cells = [row[one.name] for row in rows]
    if one.type == "tensor(string)":
        values = ["" if cell.strip() in missing else cell for cell in cells]
        inputs[one.name] = numpy.array(values, dtype=object).reshape(-1, 1)
    else:
        ${dates.length === 0 ? 'read = number' : `read = moment if one.name in {${dates.join(', ')}} else number`}
        inputs[one.name] = numpy.array([read(cell) for cell in cells]).reshape(-1, 1)
score, flag, shares = model.run(["score", "flag", "shares"], inputs)
`
}

/** JavaScript that loads the network of an unpacked TensorFlow.js export. */
export const javascriptSnippet = `import * as tf from '@tensorflow/tfjs'
const model = await tf.loadLayersModel('…/model.json') // encoded rows in, reconstruction out`
