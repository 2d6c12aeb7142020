import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/engine/engine.ts'
import type { Executor } from '../../src/engine/executor.ts'
import { createOnnxEngine } from '../../src/engine/onnxEngine.ts'
import { onnxExecutor } from '../../src/engine/onnxExecutor.ts'
import { openSession } from '../../src/engine/session.ts'
import { exampleRows, exampleSpec, relativeError } from './examples.ts'

const engine = createOnnxEngine()
const plain = exampleSpec({ copies: 1 })
const rows = exampleRows(200, plain.features)

describe('codes', () => {
  it('decode to what scoring reconstructs, for any number of rows', async () => {
    const session = await engine.open(plain, rows)
    await session.train(10)
    for (const count of [1, 63, 64, 65, 200]) {
      const some: Matrix = { ...rows, rows: count, values: rows.values.slice(0, count * plain.features) }
      const codes = await session.encode(some)
      expect([codes.rows, codes.columns, codes.values.length]).toEqual([count, 3, count * 3])
      const decoded = await session.decode(codes)
      const { reconstruction } = await session.score(some)
      expect(relativeError(decoded.values, reconstruction)).toBeLessThan(1e-5)
    }
    expect(await session.encode({ rows: 0, columns: plain.features, values: new Float32Array(0) })).toEqual({
      rows: 0,
      columns: 3,
      values: new Float32Array(0),
    })
    await session.close()
  })

  it('can be asked for again after compiling them failed once', async () => {
    const real = onnxExecutor({})
    let isBroken = true
    const executor: Executor = {
      ...real,
      compile: (definition) =>
        isBroken ? Promise.reject(new Error('out of memory')) : real.compile(definition),
    }
    const session = await openSession(executor, plain, rows)
    await expect(session.encode(rows)).rejects.toThrow('out of memory')
    isBroken = false
    expect((await session.encode(rows)).rows).toBe(200)
    await session.close()
  })

  it('are the first copy’s, and a missing cell enters as 0', async () => {
    const spec = exampleSpec({ copies: 3 })
    const session = await engine.open(spec, rows)
    const codes = await session.encode(rows)
    expect(codes.columns).toBe(3)
    const holed = { ...rows, values: rows.values.with(0, Number.NaN) }
    const zeroed = { ...rows, values: rows.values.with(0, 0) }
    expect(await session.encode(holed)).toEqual(await session.encode(zeroed))
    await session.close()
  })

  it('decode within the ranges of a loss that knows them', async () => {
    const ranges = { low: new Array<number>(6).fill(-0.5), high: new Array<number>(6).fill(0.5) }
    const session = await engine.open({ ...plain, cellLoss: 'binary-cross-entropy', ranges }, rows)
    const decoded = await session.decode({ rows: 1, columns: 3, values: Float32Array.of(900, -900, 900) })
    for (const value of decoded.values) expect(Math.abs(value)).toBeLessThanOrEqual(0.5)
    await session.close()
  })

  it('decode for their context, which stays what it is', async () => {
    const code = {
      kind: 'variational',
      beta: 1,
      warmUpShare: 0,
      score: 'reconstruction',
      samples: 1,
    } as const
    const spec = exampleSpec({ copies: 1, context: [1, 4], code })
    const session = await engine.open(spec, rows)
    await session.train(20)
    const codes = await session.encode(rows)
    const decoded = await session.decode(codes, rows)
    const { reconstruction, errors } = await session.score(rows)
    expect(relativeError(decoded.values, reconstruction)).toBeLessThan(1e-5)
    const other = await session.decode(codes, { ...rows, values: rows.values.map((value) => value + 1) })
    for (let row = 0; row < rows.rows; row += 1) {
      for (const feature of [1, 4]) {
        const at = row * spec.features + feature
        expect(decoded.values[at]).toBeCloseTo(rows.values[at] ?? 0, 5)
        expect(errors[at]).toBe(0)
      }
    }
    expect(relativeError(other.values, decoded.values)).toBeGreaterThan(0.01)
    await expect(session.decode(codes)).rejects.toMatchObject({ code: 'engine' })
    await session.close()
  })

  it('are refused when they do not fit', async () => {
    const session = await engine.open(plain, rows)
    const narrow = { rows: 1, columns: 2, values: new Float32Array(2) }
    await expect(session.decode(narrow)).rejects.toMatchObject({ code: 'engine' })
    await expect(session.encode(narrow)).rejects.toMatchObject({ code: 'engine' })
    await session.close()
  })
})
