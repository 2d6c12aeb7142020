import type { WorkerOptions } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import { Failure } from '../../src/contract/failure.ts'
import type { Session } from '../../src/engine/engine.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { exampleRows, exampleSpec } from './examples.ts'

// A real thread that ends when it is asked to compute for the third time.
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  const ending = `{
    let runs = 0
    require('node:worker_threads').parentPort.on('message', ({ run }) => {
      if (run) runs += 1
      if (runs === 3) process.exit(3)
    })
  }`
  class ShortLived extends real.Worker {
    constructor(source: string, options: WorkerOptions) {
      super(`${ending}\n${source}`, options)
    }
  }
  return { ...real, Worker: ShortLived }
})

const spec = exampleSpec({
  copies: 3,
  batchRows: 64,
  schedule: { ...exampleSpec().schedule, steps: 2000 },
})
const rows = exampleRows(300, spec.features)

/** Trains until it fails, which a helper may do only after it has joined. */
async function trainToTheEnd(session: Session): Promise<void> {
  while (session.state().step < spec.schedule.steps) await session.train(5)
}

describe('a helper thread that ends while it computes', () => {
  it('ends the training with a Failure that says so, and the session closes', async () => {
    const session = await createOnnxEngine({ threads: 2 }).open(spec, rows)
    const failure = await trainToTheEnd(session).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(Failure)
    expect(failure).toMatchObject({
      code: 'engine',
      message:
        'A helper thread of ONNX Runtime ended (code 3) while it computed. Start again; where it happens again, ' +
        'use one thread (--threads 1).',
    })
    const { step } = session.state()
    expect(step).toBeGreaterThan(0)
    await session.close()

    // What was reached is kept, and goes on without the helper as it would have with it.
    const [without, alone] = [createOnnxEngine({ threads: 2 }), createOnnxEngine({ threads: 1 })]
    const ends = []
    for (const engine of [without, alone]) {
      const next = await engine.open(spec, rows, session.state())
      await next.train(10)
      ends.push(next.state())
      await next.close()
    }
    expect(ends[0]?.step).toBe(step + 10)
    expect(ends[0]).toEqual(ends[1])
  })
})
