import type { LatentMap, MadeRows, Neighbours } from '../records.ts'

/** The codes of rows: maps, neighbours, made rows. Every call is bound by what `Api` says. */
export interface LatentCalls {
  /** Reads the codes of a run's rows, of which its map and neighbours are made. They are kept until another run's are read. */
  startLatentMap(input: { runId: string }): Promise<{ jobId: string }>
  /** The rows of a run as points of their codes, which are read first where they are not kept. */
  readLatentMap(input: { runId: string }): Promise<LatentMap>
  /** The rows whose codes are nearest to a row's, at most 100. */
  readNeighbours(input: { runId: string; row: number; count: number }): Promise<Neighbours>
  /**
   * What the decoder makes of codes, in original units; at most 1,000 at a time. Conditional models take the context
   * of `likeRow`.
   */
  decodeCodes(input: {
    runId: string
    codes: readonly (readonly number[])[]
    likeRow?: number | undefined
  }): Promise<MadeRows>
  /** New rows of a variational model: codes drawn from its prior; at most 1,000. Conditional models take the context of `likeRow`. */
  generateRows(input: {
    runId: string
    count: number
    seed: number
    likeRow?: number | undefined
  }): Promise<MadeRows>
  /** Rows between two rows, in equal steps of the code, both ends included; 2 to 100 steps. */
  interpolateRows(input: { runId: string; from: number; to: number; steps: number }): Promise<MadeRows>
}
