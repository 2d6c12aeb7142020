import type { Dataset } from '../../../src/contract/records.ts'

/** A text as a Python string literal. */
const literal = (text: string): string => JSON.stringify(text)

/**
 * Python that reads a table and scores it with an exported model, with nothing but numpy and onnxruntime. The table is
 * read as the data set was: its separator and its decimal mark.
 */
export function pythonSnippet(dataset: Dataset, modelFile: string): string {
  const { delimiter, decimalMark, missingMarks } = dataset.dialect
  const dates = dataset.columns.some(({ role, type }) => role === 'feature' && type === 'date-time')
  const marks = [...new Set(['', ...missingMarks])].map(literal)
  const separator = delimiter === ',' ? '' : `, delimiter=${literal(delimiter)}`
  const read = decimalMark === ',' ? 'float(cell.replace(",", "."))' : 'float(cell)'
  return `import csv, json, numpy, onnxruntime

with open("new.csv", newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file${separator}))
missing = {${marks.join(', ')}}

def number(cell):
    return numpy.nan if cell.strip() in missing else ${read}
${
  dates
    ? `
def moment(cell):  # milliseconds since 1970, UTC
    return numpy.nan if cell.strip() in missing else float(numpy.datetime64(cell, "ms").astype("int64"))
`
    : ''
}
model = onnxruntime.InferenceSession(${literal(modelFile)})
types = {one.name: one.type for one in model.get_inputs()}
inputs = {}
# A column that is called like a result, such as "score", has an input by another name: the file says which.
for column in json.loads(model.get_modelmeta().custom_metadata_map["residual.columns"]):
    cells = [row[column["name"]] for row in rows]
    if types[column["input"]] == "tensor(string)":
        values = ["" if cell.strip() in missing else cell for cell in cells]
        inputs[column["input"]] = numpy.array(values, dtype=object).reshape(-1, 1)
    else:
        ${dates ? 'read = moment if column["type"] == "date-time" else number' : 'read = number'}
        inputs[column["input"]] = numpy.array([read(cell) for cell in cells]).reshape(-1, 1)
score, flag, shares = model.run(["score", "flag", "shares"], inputs)
`
}

/** JavaScript that loads the network of an unpacked TensorFlow.js export. */
export const javascriptSnippet = `import * as tf from '@tensorflow/tfjs'
const model = await tf.loadLayersModel('…/model.json') // encoded rows in, reconstruction out`
