import { setImmediate } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import type { Matrix, ModelSpec } from '../engine.ts'
import { type Arrays, emptyArray, type NumberArray, type StepInput, sizeOf } from '../program/inputs.ts'
import { denseLayout } from '../program/layout.ts'
import type { Random } from '../random.ts'

/** Refuses rows that do not fit the model, so that no executor meets them. */
export function checkRows(spec: ModelSpec, rows: Matrix): void {
  if (rows.columns !== spec.features || rows.values.length !== rows.rows * rows.columns) {
    throw new Failure(
      'engine',
      `The model takes ${spec.features} features; the rows have ${rows.columns} columns and ` +
        `${rows.values.length} cells for ${rows.rows} rows. Prepare them with the encoder of this model.`,
    )
  }
  if (rows.rows === 0) throw new Failure('too-few-rows', 'There is no row to work on.')
}

/** Whether any cell is missing. Loops: a callback for each of millions of cells takes ten times as long. */
export function holdsMissing({ values }: Matrix): boolean {
  // NaN times 0 is NaN, and so is infinity times 0: only where such a sum is NaN each cell is looked at.
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = values.length - (values.length % 4)
  for (let index = 0; index < whole; index += 4) {
    a += (values[index] as number) * 0
    b += (values[index + 1] as number) * 0
    c += (values[index + 2] as number) * 0
    d += (values[index + 3] as number) * 0
  }
  for (let index = whole; index < values.length; index += 1) a += (values[index] as number) * 0
  if (!Number.isNaN(a + b + c + d)) return false
  for (let index = 0; index < values.length; index += 1) if (Number.isNaN(values[index])) return true
  return false
}

/** Cells looked at between two turns for other work: some milliseconds. */
const cellsPerTurn = 1 << 22

/** The same of a whole table, in turns with other work. */
export async function tableHoldsMissing({ rows, columns, values }: Matrix): Promise<boolean> {
  for (let from = 0; from < values.length; from += cellsPerTurn) {
    if (holdsMissing({ rows, columns, values: values.subarray(from, from + cellsPerTurn) })) return true
    await setImmediate()
  }
  return false
}

/** Values of `count` consecutive steps from `firstStep`, drawn step by step, so that chunk sizes change nothing. */
export function drawSteps(
  inputs: readonly StepInput[],
  count: number,
  random: Random,
  firstStep: number,
): Arrays {
  const arrays: Record<string, NumberArray> = {}
  for (const input of inputs) arrays[input.name] = emptyArray(input, count * sizeOf(input.shape))
  for (let index = 0; index < count; index += 1) {
    for (const input of inputs) {
      const size = sizeOf(input.shape)
      const target = arrays[input.name]?.subarray(index * size, (index + 1) * size)
      if (target) input.draw(target, random, firstStep + index)
    }
  }
  return arrays
}

const batchCells = 1 << 21
const batchMultiplications = 2e9

/**
 * Rows of equal batches that together hold `rows`, each at most `mostBatchRows`, so that memory stays bounded
 * however many rows or features there are.
 */
export function evenBatches(spec: ModelSpec, rows: number, limit: number): { rows: number; count: number } {
  const count = Math.ceil(rows / mostBatchRows(spec, limit))
  return { rows: Math.ceil(rows / count), count }
}

/** `limit` rows, or as many as have about two million activations and take about 50 ms. */
export function mostBatchRows(spec: ModelSpec, limit: number): number {
  const { features, layers, copies } = spec
  const fitting = Math.floor(batchCells / (copies * Math.max(features, ...layers)))
  // A row is multiplied with each weight once.
  return Math.max(1, Math.min(limit, fitting, Math.floor(batchMultiplications / denseLayout(spec).size)))
}

/** The cells, and zeros after them up to `length`. */
export function filledUp(cells: Float32Array, length: number): Float32Array {
  if (cells.length === length) return cells
  const filled = new Float32Array(length)
  filled.set(cells)
  return filled
}
