import type { Engine, Matrix, Session } from '../engine/engine.ts'
import type { Table } from '../pipeline/dataset/table.ts'
import { type CodeReader, type Codes, codeReader, readCodes } from '../pipeline/latent/codes.ts'
import { codeWidth } from '../pipeline/latent/made.ts'
import { type NeighbourSearch, neighbourSearch } from '../pipeline/latent/neighbours.ts'
import type { TrainedModel } from '../pipeline/training/trainedModel.ts'
import type { Judge } from './judges.ts'

/** The codes of one run, while they are looked at. */
export interface LatentSpace {
  readonly model: TrainedModel
  readonly width: number
  readonly session: Session
  /** Codes of rows of the data set; its chunks hold the columns that the judge reads. */
  readonly read: CodeReader
  /** Codes of all rows, read at first use and kept. */
  codes(): Promise<Codes>
  /** Search among them. */
  search(): Promise<NeighbourSearch>
}

export interface LatentSpaces {
  /**
   * Lends the latent space of a run to `action`, one action after the other. The last run's space stays open.
   * @param key changes whenever the run's model or data does
   */
  use<Result>(
    input: {
      readonly key: string
      readonly judge: Judge
      readonly table: Table
      readonly flagged: Int32Array
    },
    action: (space: LatentSpace) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

/** Opens latent spaces on demand, and keeps one open. */
export function createLatentSpaces(engine: () => Promise<Engine>): LatentSpaces {
  let open: { readonly key: string; readonly space: LatentSpace } | null = null
  let turn: Promise<unknown> = Promise.resolve()

  const closeOpen = async () => {
    const closing = open
    open = null
    await closing?.space.session.close()
  }

  /** One after the other: a space is then never closed while it is used. */
  function inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const result = turn.then(action)
    turn = result.catch(() => undefined)
    return result
  }

  return {
    use: ({ key, judge, table, flagged }, action) =>
      inTurn(async () => {
        if (open?.key !== key) {
          await closeOpen()
          open = { key, space: await openSpace({ engine: await engine(), judge, table, flagged }) }
        }
        return await action(open.space)
      }),
    close: () => inTurn(closeOpen),
  }
}

async function openSpace(input: {
  readonly engine: Engine
  readonly judge: Judge
  readonly table: Table
  readonly flagged: Int32Array
}): Promise<LatentSpace> {
  const { engine, judge, table, flagged } = input
  const { model } = judge
  const { encoder, spec, state } = model
  const oneRow: Matrix = { rows: 1, columns: spec.features, values: new Float32Array(spec.features) }
  // As for scoring: the session needs no rows to draw from, and any row may miss cells.
  const session = await engine.open({ ...spec, hasMissing: true, batchRows: 1 }, oneRow, state)
  const width = codeWidth(spec)
  const read = codeReader({ encoder, align: judge.align, encode: (rows) => session.encode(rows) })
  let codes: Promise<Codes> | undefined
  let search: Promise<NeighbourSearch> | undefined
  const space: LatentSpace = {
    model,
    width,
    session,
    read,
    codes() {
      codes ??= readCodes({ table, columns: judge.columns, width, read, always: flagged })
      // A failure is not kept: the next call tries again.
      codes.catch(() => {
        codes = undefined
      })
      return codes
    },
    search() {
      search ??= space.codes().then(neighbourSearch)
      search.catch(() => {
        search = undefined
      })
      return search
    },
  }
  return space
}
