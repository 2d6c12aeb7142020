import type { Engine, Matrix, Session } from '../../engine/engine.ts'
import type { TableChunk } from '../dataset/table.ts'
import { encodeChunk } from '../features/encode.ts'
import type { TrainedModel } from '../training/trainedModel.ts'
import { codeWidth } from './made.ts'

/** A trained model that is open to turn rows into codes, and back. */
export interface CodeReader {
  readonly model: TrainedModel
  readonly session: Session
  /** Nodes of the code. */
  readonly width: number
  /** Codes of a chunk's rows: rows x width. */
  read(chunk: TableChunk): Promise<Matrix>
  close(): Promise<void>
}

/**
 * Opens a model for its codes; close it afterwards.
 * @param align gives the chunk's columns as the model's encoder takes them
 */
export async function openCodeReader(input: {
  readonly engine: Engine
  readonly model: TrainedModel
  readonly align: (chunk: TableChunk) => TableChunk
}): Promise<CodeReader> {
  const { engine, model, align } = input
  const { encoder, spec, state } = model
  const oneRow: Matrix = { rows: 1, columns: spec.features, values: new Float32Array(spec.features) }
  // As for scoring: the session needs no rows to draw from, and any row may miss cells.
  const session = await engine.open({ ...spec, hasMissing: true, batchRows: 1 }, oneRow, state)
  return {
    model,
    session,
    width: codeWidth(spec),
    read: (chunk) => session.encode(encodeChunk(encoder, align(chunk))),
    close: () => session.close(),
  }
}
