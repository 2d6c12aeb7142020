import type { WorkerOptions } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { onnxStatus } from '../../src/engine/onnxRuntime.ts'
import { exampleRows, exampleSpec } from './examples.ts'

const reason = 'This system gives a process one thread'

// A real thread that throws before it can listen, as one does whose library does not load.
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  class Broken extends real.Worker {
    constructor(source: string, options: WorkerOptions) {
      super(`throw new Error(${JSON.stringify(reason)});\n${source}`, options)
    }
  }
  return { ...real, Worker: Broken }
})

/** Whole blocks of noise for every copy: each trains in a loop of its own, on helpers where there are any. */
const spec = exampleSpec({ copies: 3, batchRows: 64 })
const rows = exampleRows(300, spec.features)

async function trainedAndScored(threads: number) {
  const session = await createOnnxEngine({ threads }).open(spec, rows)
  const { losses } = await session.train(6)
  const costs = await session.rowCosts(rows)
  const { weights } = session.state()
  await session.close()
  return { losses, costs, weights }
}

describe('a helper thread that does not start', () => {
  it('is done without: one thread computes the same, and the reason is told', async () => {
    const alone = await trainedAndScored(1)
    expect((await onnxStatus()).detail).not.toContain(reason)
    expect(await trainedAndScored(2)).toEqual(alone)
    const { available, detail } = await onnxStatus()
    expect(available).toBe(true)
    expect(detail).toContain(`one helper thread fewer: ${reason}`)
    // Also with the one that is known to have ended.
    expect(await trainedAndScored(2)).toEqual(alone)
  })
})
