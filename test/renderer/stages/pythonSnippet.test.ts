import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pythonSnippet } from '../../../renderer/stages/export/pythonSnippet.ts'
import { seededRandom } from '../../../src/engine/random.ts'
import { writeOnnxModel } from '../../../src/pipeline/modelFile/writeOnnxModel.ts'
import { trainedFile } from '../../pipeline/modelFile/trained.ts'
import { arrayTable } from '../../support/arrayTable.ts'
import { missingInPython } from '../../support/pythonScore.ts'
import { column, dataset } from '../records.ts'

const missing = missingInPython()
if (missing !== null) console.warn(`THE PYTHON SNIPPET IS NOT TRIED: ${missing}`)

it.skipIf(missing !== null)('scores columns that are called like the results of the model', async () => {
  const seed = randomInt(2 ** 31)
  const random = seededRandom(seed, 'snippet')
  const names = ['flag', 'score', 'shares', 'reconstruction', 'speed', 'when']
  const start = Date.UTC(2024, 0, 1)
  const columns = names.map((name) => ({
    name,
    ...(name === 'when' ? { type: 'date-time' as const } : {}),
    cells: Array.from({ length: 60 }, (_, row) => {
      if (name === 'flag') return ['yes', 'no', null][random.integer(3)] ?? null
      return name === 'when' ? start + row * 3_600_000 : random.uniform()
    }),
  }))
  const file = await trainedFile(arrayTable(columns))
  const textOf = (name: string, cell: string | number | boolean | null) =>
    name === 'when' ? new Date(Number(cell)).toISOString().slice(0, 19) : String(cell ?? '')
  const rows = Array.from({ length: 60 }, (_, row) =>
    columns.map(({ name, cells }) => textOf(name, cells[row] ?? null)).join(','),
  )
  const folder = mkdtempSync(join(tmpdir(), 'residual-snippet-'))
  try {
    writeFileSync(join(folder, 'model.onnx'), await writeOnnxModel(file))
    writeFileSync(join(folder, 'new.csv'), [names.join(','), ...rows].join('\n'))
    const described = dataset({
      columns: names.map((name) => column({ name, type: name === 'when' ? 'date-time' : 'number' })),
    })
    const script = `${pythonSnippet(described, 'model.onnx')}print(json.dumps(score.tolist()))`
    const printed = execFileSync('python3', ['-c', script], { cwd: folder, encoding: 'utf8' })
    const scores: unknown = JSON.parse(printed)
    const expected = Array.from(file.scores, (score) => expect.closeTo(score, 4))
    expect({ seed, scores }).toEqual({ seed, scores: expected })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
