import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { engineStatuses, openEngine } from '../../src/engine/engines.ts'
import { guarded } from '../../src/engine/onnxRuntime.ts'
import { tensorflowStatus } from '../../src/engine/tensorflowEngine.ts'
import { exampleRows, exampleSpec } from './examples.ts'

describe('engines', () => {
  it('say whether they can be used, and if not, why and what would help', async () => {
    const [onnx, tensorflow, reference] = await engineStatuses()
    expect(onnx).toMatchObject({ name: 'onnx', available: true })
    expect(onnx?.detail).toMatch(/ONNX Runtime \d+\.\d+/)
    expect(reference).toMatchObject({ name: 'reference', available: true })
    expect(tensorflow?.name).toBe('tensorflow')
    const expected = tensorflow?.available
      ? 'loaded when chosen'
      : 'npm install --no-save @tensorflow/tfjs-node@4.22.0'
    expect(tensorflow?.detail).toContain(expected)
  })

  it('tell a package without its native library from a whole one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tfjs-node-'))
    try {
      const bare = tensorflowStatus(folder)
      expect(bare.available).toBe(false)
      expect(bare.detail).toContain('its native library is missing')
      expect(bare.detail).toContain('npm install --no-save @tensorflow/tfjs-node@4.22.0')
      mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true })
      writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '')
      expect(tensorflowStatus(folder).available).toBe(true)
      expect(tensorflowStatus(null).detail).toContain('is not installed')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('open by name, the native TensorFlow too or with the reason why not', async () => {
    for (const name of ['onnx', 'reference'] as const) {
      const session = await (await openEngine(name)).open(exampleSpec(), exampleRows(20, 6))
      expect((await session.train(2)).losses.length).toBe(2)
      await session.close()
    }
    const [, tensorflow] = await engineStatuses()
    const opened = openEngine('tensorflow')
    if (tensorflow?.available) expect((await opened).name).toBe('tensorflow')
    else {
      await expect(opened).rejects.toMatchObject({
        code: 'engine',
        message: expect.stringContaining(tensorflow?.detail ?? 'a reason'),
      })
    }
  })

  it('report what ONNX Runtime says in one sentence', async () => {
    const failing = guarded(() => Promise.reject(new Error('Failed to allocate memory..\nat somewhere')))
    await expect(failing).rejects.toThrow('ONNX Runtime stopped: Failed to allocate memory. If it')
  })

  it('take turns without disturbing each other', async () => {
    const [onnx, reference] = [await openEngine('onnx'), await openEngine('reference')]
    const alone = await onnx.open(exampleSpec(), exampleRows(20, 6))
    const { losses: expected } = await alone.train(6)
    const [first, second] = await Promise.all([
      onnx.open(exampleSpec(), exampleRows(20, 6)),
      reference.open(exampleSpec(), exampleRows(20, 6)),
    ])
    const losses: number[] = []
    for (let step = 0; step < 6; step += 1) {
      const [one] = await Promise.all([first.train(1), second.train(1), second.score(exampleRows(9, 6))])
      losses.push(...one.losses)
    }
    expect(losses).toEqual([...expected])
    for (const session of [alone, first, second]) await session.close()
  })
})
