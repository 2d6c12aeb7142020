import { Failure } from '../../contract/failure.ts'
import type { Cell } from '../../contract/records.ts'
import type { Matrix, ModelSpec, Session } from '../../engine/engine.ts'
import { fillNormals, seededRandom } from '../../engine/random.ts'
import { decodeRow } from '../features/decode.ts'
import type { Encoder } from '../features/encoder.ts'

/** A row that the decoder made of a code, in original units. */
export interface MadeRow {
  readonly code: readonly number[]
  /** One a column of the encoder. */
  readonly cells: readonly Cell[]
}

/**
 * What the decoder makes of codes.
 * @param context encoded rows, one for each code, whose context features are given; where the model has any
 * @throws Failure `bad-request` for codes of another width than the model's
 */
export async function decodeCodes(input: {
  readonly encoder: Encoder
  readonly spec: ModelSpec
  readonly session: Pick<Session, 'decode'>
  readonly codes: Matrix
  readonly context: Matrix | null
}): Promise<MadeRow[]> {
  const { encoder, spec, session, codes } = input
  const context = spec.context.length > 0 ? (input.context ?? undefined) : undefined
  const decoded = await session.decode(codes, context)
  return Array.from({ length: codes.rows }, (_, row) => {
    const encoded = decoded.values.slice(row * decoded.columns, (row + 1) * decoded.columns)
    // Context is given, not made.
    for (const feature of spec.context)
      encoded[feature] = context?.values[row * decoded.columns + feature] ?? Number.NaN
    const code = codes.values.subarray(row * codes.columns, (row + 1) * codes.columns)
    return { code: [...code], cells: decodeRow(encoder, encoded) }
  })
}

/** Nodes of the code layer. */
export const codeWidth = (spec: ModelSpec): number => spec.layers[spec.codeLayer] ?? 0

/**
 * Codes that a person wrote as a matrix.
 * @throws Failure `bad-request` where one has not one number for each node
 */
export function codesMatrix(codes: readonly (readonly number[])[], width: number): Matrix {
  const wrong = codes.findIndex((code) => code.length !== width)
  if (wrong >= 0) {
    throw new Failure(
      'bad-request',
      `Code ${wrong + 1} has ${codes[wrong]?.length ?? 0} numbers; the codes of this model have ${width}. Give one number for each.`,
      { code: wrong },
    )
  }
  return { rows: codes.length, columns: width, values: Float32Array.from(codes.flat()) }
}

/**
 * Codes drawn from the standard normal distribution, which is where a variational model is trained to place the codes
 * of its rows (Kingma and Welling, 2014).
 * @throws Failure `bad-request` for any other model
 */
export function drawCodes(spec: ModelSpec, draw: { readonly count: number; readonly seed: number }): Matrix {
  if (spec.code.kind !== 'variational') {
    throw new Failure(
      'bad-request',
      'New rows can be drawn from variational and conditional models only: others do not learn how their codes are distributed. Train one of these, or decode codes of your choice.',
    )
  }
  const width = codeWidth(spec)
  const values = new Float32Array(draw.count * width)
  fillNormals(values, seededRandom(draw.seed, 'drawn codes'), 1)
  return { rows: draw.count, columns: width, values }
}

/** Codes on the straight line between two, both ends included, in equal steps. */
export function codesBetween(from: Float32Array, to: Float32Array, steps: number): Matrix {
  const values = new Float32Array(steps * from.length)
  for (let step = 0; step < steps; step += 1) {
    const share = step / (steps - 1)
    for (const [node, start] of from.entries()) {
      values[step * from.length + node] = (1 - share) * start + share * (to[node] ?? 0)
    }
  }
  return { rows: steps, columns: from.length, values }
}

/** Rows of a matrix, in the order asked for. */
export function pickRows({ columns, values }: Matrix, rows: readonly number[]): Matrix {
  const picked = new Float32Array(rows.length * columns)
  for (const [place, row] of rows.entries())
    picked.set(values.subarray(row * columns, (row + 1) * columns), place * columns)
  return { rows: rows.length, columns, values: picked }
}
