import { setImmediate } from 'node:timers/promises'
import { countAtLeast } from '../../contract/cut.ts'
import { Failure } from '../../contract/failure.ts'
import type { Drift, SchemaDifference } from '../../contract/records.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Table, TableChunk } from '../dataset/table.ts'
import { encodeChunk } from '../features/encode.ts'
import type { TrainedModel } from '../training/trainedModel.ts'
import type { Alignment } from './align.ts'
import { startDrift } from './drift.ts'
import { type Ranking, rankScores } from './rank.ts'
import type { Reference } from './reference.ts'
import { openScorer } from './scorer.ts'

export interface ScoredTable extends Ranking {
  /** One a row, in row order. */
  readonly scores: Float32Array
  /** Rows with a score of at least the cut. */
  readonly flagged: number
  readonly differences: readonly SchemaDifference[]
  readonly drift: Drift
}

/**
 * Scores the rows of a table with a model that was trained on another: chunk by chunk, so that memory does not
 * grow with the table beyond four bytes a row.
 * @param cut scores of at least this are flagged
 * @throws Failure `no-usable-columns` when not one cell can be read; AbortError
 */
export async function scoreTable(input: {
  readonly engine: Engine
  readonly model: TrainedModel
  readonly table: Table
  readonly alignment: Alignment
  readonly reference: Reference
  readonly cut: number
  readonly signal: AbortSignal
  readonly onProgress?: ((share: number) => void) | undefined
  /** Awaited between chunks, so that calls of a person come first. */
  readonly giveWay?: (() => Promise<void>) | undefined
}): Promise<ScoredTable> {
  const { model, table, alignment, reference, cut, signal, onProgress } = input
  const giveWay = input.giveWay ?? (() => setImmediate())
  const scores = new Float32Array(table.rows)
  const tally = alignment.startTally()
  const drift = startDrift(model.encoder, reference)
  let present = false
  const scorer = await openScorer({ engine: input.engine, model })
  try {
    for await (const chunk of table.read(alignment.reads, signal)) {
      signal.throwIfAborted()
      const aligned = alignment.align(chunk)
      tally.add(chunk, aligned)
      drift.add(aligned)
      present ||= holdsCells(aligned)
      const scored = await scorer.scoreMatrix(encodeChunk(model.encoder, aligned), {
        newFrom: chunk.firstRow,
      })
      scores.set(scored.scores, chunk.firstRow)
      onProgress?.((chunk.firstRow + chunk.rows) / table.rows)
      await giveWay()
    }
  } finally {
    await scorer.close()
  }
  if (!present) {
    throw new Failure(
      'no-usable-columns',
      'Every cell that this model reads is missing in the data, so there is nothing to score. Check the columns’ types and the marks for missing cells.',
    )
  }
  const ranking = await rankScores(scores)
  const flagged = countAtLeast(ranking.sorted, cut)
  return {
    ...ranking,
    scores,
    flagged,
    differences: tally.differences(),
    drift: drift.drift(ranking.sorted, flagged),
  }
}

const holdsCells = ({ vectors }: TableChunk): boolean =>
  vectors.some(({ values }) => values.some((value) => value !== null && !Number.isNaN(value)))
