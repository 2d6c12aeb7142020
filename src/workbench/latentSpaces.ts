import type { Engine } from '../engine/engine.ts'
import { oneByOne } from '../pipeline/dataset/oneByOne.ts'
import type { Table } from '../pipeline/dataset/table.ts'
import { type Codes, readCodes, type Watch } from '../pipeline/latent/codes.ts'
import { type NeighbourSearch, neighbourSearch } from '../pipeline/latent/neighbours.ts'
import { type CodeReader, openCodeReader } from '../pipeline/latent/reader.ts'
import type { Judge } from './judges.ts'
import { keptUnlessFailed } from './keptUnlessFailed.ts'

/** The codes of one run, while they are looked at. */
export interface LatentSpace {
  readonly reader: CodeReader
  /** Codes of all rows, read at first use and kept. @param watch follows and ends that reading */
  codes(watch?: Watch): Promise<Codes>
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
      /** The rows with the highest scores: kept where not all can be. */
      readonly foremost: Int32Array
    },
    action: (space: LatentSpace) => Promise<Result>,
  ): Promise<Result>
  close(): Promise<void>
}

/** Opens latent spaces on demand, and keeps one open. */
export function createLatentSpaces(engine: () => Promise<Engine>): LatentSpaces {
  let open: { readonly key: string; readonly space: LatentSpace } | null = null
  // A space is then never closed while it is used.
  const inTurn = oneByOne()

  const closeOpen = async () => {
    const closing = open
    open = null
    await closing?.space.reader.close()
  }

  return {
    use: ({ key, judge, table, foremost }, action) =>
      inTurn(async () => {
        if (open?.key !== key) {
          await closeOpen()
          open = { key, space: await openSpace({ engine: await engine(), judge, table, foremost }) }
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
  readonly foremost: Int32Array
}): Promise<LatentSpace> {
  const { engine, judge, table, foremost } = input
  const reader = await openCodeReader({ engine, model: judge.model, align: judge.align })
  const codes = keptUnlessFailed((watch?: Watch) =>
    readCodes({ table, columns: judge.columns, reader, always: foremost, ...watch }),
  )
  return { reader, codes, search: keptUnlessFailed(async () => neighbourSearch(await codes())) }
}
