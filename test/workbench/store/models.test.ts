import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ModelSummary } from '../../../src/contract/records.ts'
import { openModelStore } from '../../../src/workbench/store/models.ts'
import { importFileOf, openIn, pumps, resultOf } from '../openWorkbench.ts'

let project: string
/** Two exported models, and a project's folder with the first. */
let files: readonly [string, string]
let opened: string
let folder: string
let model: ModelSummary

async function exportedModel(seed: number): Promise<string> {
  const { workbench, api } = await openIn(await mkdtemp(join(project, 'run-')))
  const datasetId = await importFileOf(api, pumps)
  const settings = { steps: 20, copies: 1, seed }
  const { runId } = await resultOf(api, 'training', api.startTraining({ datasetId, settings }))
  const path = join(project, `model-${seed}.onnx`)
  await resultOf(api, 'export', api.startModelExport({ runId, format: 'onnx', path }))
  await workbench.close()
  return path
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'residual-models-'))
  files = [await exportedModel(1), await exportedModel(2)]
  opened = await mkdtemp(join(project, 'models-'))
  model = await (await openModelStore(opened)).add(files[0], 'pumps.onnx')
})
beforeEach(async () => {
  folder = await mkdtemp(join(project, 'models-'))
  await cp(opened, folder, { recursive: true })
})
afterAll(() => rm(project, { recursive: true, force: true }))

const modelPath = () => join(folder, model.modelId, 'model.onnx')
const recordPath = () => join(folder, model.modelId, 'model.json')

/** A byte of the weights turned over, so that the checksum does not fit. */
async function damage(): Promise<void> {
  const bytes = await readFile(modelPath())
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff
  await writeFile(modelPath(), bytes)
}

describe('a store of models from files', () => {
  it('lists models as they were when they were opened, without reading their files', async () => {
    await rm(modelPath())
    const store = await openModelStore(folder)
    expect([store.list(), store.find(model.modelId), store.warnings]).toEqual([[model], model, []])
  })

  it('sets a model aside when its file is refused at its use, and says so', async () => {
    await damage()
    const store = await openModelStore(folder)
    const told = `The model "${model.name}" could not be read and was set aside as models/damaged-${model.modelId}. Open its file again.`
    await expect(store.read(model.modelId)).rejects.toMatchObject({
      code: 'unreadable-file',
      message: told,
    })
    expect([store.list(), store.warnings]).toEqual([[], [told]])
    expect(await readdir(folder)).toEqual([`damaged-${model.modelId}`])
    const again = await store.add(files[0], 'pumps.onnx')
    expect((await store.read(again.modelId)).trainingHash).toBe(model.trainingHash)
  })

  it('does not score with another model than the one that was chosen', async () => {
    await cp(files[1], modelPath())
    const store = await openModelStore(folder)
    await expect(store.read(model.modelId)).rejects.toMatchObject({ code: 'unreadable-file' })
    expect(await readdir(folder)).toEqual([`damaged-${model.modelId}`])
  })

  it('keeps a model whose file cannot be reached now', async () => {
    await rm(modelPath())
    const store = await openModelStore(folder)
    await expect(store.read(model.modelId)).rejects.toMatchObject({ code: 'disk' })
    expect(store.list()).toEqual([model])
  })

  it('opens models of earlier versions, and those whose record is damaged, by their file, once', async () => {
    const { openedAt } = JSON.parse(await readFile(recordPath(), 'utf8'))
    const moment = new Date('2020-03-04T05:06:07Z')
    await utimes(modelPath(), moment, moment)
    const cases = [
      { text: JSON.stringify({ openedAt }), expected: openedAt },
      { text: JSON.stringify({ openedAt, summary: { name: 7 } }), expected: openedAt },
      { text: '{"opened', expected: moment.toISOString() },
    ]
    for (const { text, expected } of cases) {
      await writeFile(recordPath(), text)
      const store = await openModelStore(folder)
      expect([store.list(), store.warnings]).toEqual([[model], []])
      const { modelId: _, ...summary } = model
      expect(JSON.parse(await readFile(recordPath(), 'utf8'))).toEqual({ openedAt: expected, summary })
    }
  })

  it('sets a model of an earlier version aside whose file is refused at opening', async () => {
    await damage()
    await writeFile(recordPath(), JSON.stringify({ openedAt: new Date().toISOString() }))
    const store = await openModelStore(folder)
    expect([store.list(), store.warnings]).toEqual([
      [],
      [expect.stringContaining(`damaged-${model.modelId}`)],
    ])
  })

  it('takes the same model for one, however often it is opened', async () => {
    const store = await openModelStore(folder)
    expect(await store.add(files[0], 'other.onnx')).toEqual(model)
    const other = await store.add(files[1], 'pumps.onnx')
    expect(store.list().map(({ modelId }) => modelId)).toEqual([other.modelId, model.modelId])
  })
})
