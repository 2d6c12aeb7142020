import type { Api } from '../../contract/api.ts'
import { countAtLeast } from '../../contract/cut.ts'
import { Failure } from '../../contract/failure.ts'
import type { Dataset, MadeRows } from '../../contract/records.ts'
import type { Matrix } from '../../engine/engine.ts'
import { openTable, readTableRows } from '../../pipeline/dataset/openTable.ts'
import { readCells } from '../../pipeline/dataset/pages.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { encodeChunk } from '../../pipeline/features/encode.ts'
import { encoderColumnNames } from '../../pipeline/features/encoder.ts'
import {
  codesBetween,
  codesMatrix,
  decodeCodes,
  drawCodes,
  type MadeRow,
  pickRows,
} from '../../pipeline/latent/made.ts'
import { mapCodes, mostPoints } from '../../pipeline/latent/map.ts'
import type { Context } from '../context.ts'
import type { Judge } from '../judges.ts'
import { createLatentSpaces, type LatentSpace } from '../latentSpaces.ts'
import type { RankedScores } from '../store/runs.ts'

type LatentCalls = Pick<
  Api,
  'startLatentMap' | 'readLatentMap' | 'readNeighbours' | 'decodeCodes' | 'generateRows' | 'interpolateRows'
>

/** Neighbours show at most this many columns, as a ranked page does. */
const shownColumns = 200

/** What every call here works on. */
interface Opened {
  readonly dataset: Dataset
  readonly judge: Judge
  readonly space: LatentSpace
  readonly ranked: RankedScores
  readonly cut: number
}

/** Calls about the codes of a run's rows. `close` frees what they keep open. */
export function latentCalls(context: Context): { readonly calls: LatentCalls; close(): Promise<void> } {
  const { database, judges, runs, claims, jobs } = context
  const spaces = createLatentSpaces(context.engine)

  async function withSpace<Result>(
    runId: string,
    action: (opened: Opened) => Promise<Result>,
  ): Promise<Result> {
    const run = runs.find(runId)
    // Reading all rows takes a while: nothing may be deleted under it.
    const release = claims.share(runId, run.datasetId)
    try {
      const dataset = await readDataset(database, run.datasetId)
      const ranked = await runs.readScores(runId)
      const { cut } = run.threshold
      return await judges.use(runId, dataset, (judge) =>
        spaces.use(
          {
            key: `${runId} ${run.createdAt} ${run.stepsDone}`,
            judge,
            table: openTable(database, dataset),
            foremost: ranked.rows.subarray(0, mostPoints),
          },
          (space) => action({ dataset, judge, space, ranked, cut }),
        ),
      )
    } finally {
      release()
    }
  }

  const encodedRows = async ({ dataset, judge }: Opened, rows: readonly number[]): Promise<Matrix> =>
    encodeChunk(judge.model.encoder, judge.align(await readTableRows(database, dataset, rows, judge.columns)))

  /** The context of each made row: that of a row of the data set. Models without context need none. */
  async function contextOf(opened: Opened, rows: readonly number[]): Promise<Matrix | null> {
    if (opened.space.reader.model.spec.context.length === 0) return null
    const different = [...new Set(rows)]
    const encoded = await encodedRows(opened, different)
    return pickRows(
      encoded,
      rows.map((row) => different.indexOf(row)),
    )
  }

  async function made(opened: Opened, codes: Matrix, likeRows: readonly number[]): Promise<MadeRows> {
    const { model, session } = opened.space.reader
    const rows: MadeRow[] = await decodeCodes({
      encoder: model.encoder,
      spec: model.spec,
      session,
      codes,
      context: await contextOf(opened, likeRows),
    })
    return { columns: encoderColumnNames(model.encoder), rows }
  }

  const calls: LatentCalls = {
    async startLatentMap({ runId }) {
      const { datasetId } = runs.find(runId)
      const release = claims.share(runId, datasetId)
      const { name } = await readDataset(database, datasetId).catch((error) => {
        release()
        throw error
      })
      const jobId = jobs.start({
        kind: 'latent-map',
        title: `Codes of ${name}`,
        ended: release,
        async work({ report, signal }) {
          report({ phase: 'Waiting for other codes' })
          await withSpace(runId, async ({ space }) => {
            signal.throwIfAborted()
            report({ phase: 'Reading codes', progress: 0 })
            const onProgress = (progress: number) => report({ progress })
            await space.codes({ signal, onProgress, giveWay: context.quiet })
          })
          return { result: { kind: 'latent-map', runId } }
        },
      })
      return { jobId }
    },

    readLatentMap: ({ runId }) =>
      withSpace(runId, async ({ dataset, space, ranked, cut }) => {
        const flagged = ranked.rows.subarray(0, countAtLeast(ranked.scores, cut))
        const points = await mapCodes(await space.codes(), flagged)
        const scoreOf = scoresByRow(ranked)
        const scores = Float32Array.from(points.rows, (row) => scoreOf[row] ?? Number.NaN)
        return { runId, codeWidth: space.reader.width, ...points, scores, total: dataset.rows }
      }),

    readNeighbours: ({ runId, row, count }) =>
      withSpace(runId, async (opened) => {
        const { dataset, judge, space, ranked, cut } = opened
        const chunk = await readTableRows(database, dataset, [row], judge.columns)
        const code = (await space.reader.read(chunk)).values
        const near = (await space.search()).nearest(code, count, row)
        const found = [{ row, distance: 0 }, ...near]
        const columns = dataset.columns.slice(0, shownColumns).map((column) => column.name)
        const numbers = found.map((one) => one.row)
        const { cells } = await readCells(database, dataset, numbers, columns)
        const places = placesOf(ranked, numbers)
        const rows = found.map((one, index) => {
          const place = places.get(one.row) ?? 0
          const score = ranked.scores[place] ?? Number.NaN
          return { ...one, score, rank: place + 1, flagged: score >= cut, cells: cells[index] ?? [] }
        })
        return { columns, rows }
      }),

    decodeCodes: ({ runId, codes, likeRow }) =>
      withSpace(runId, (opened) => {
        const matrix = codesMatrix(codes, opened.space.reader.width)
        return made(
          opened,
          matrix,
          codes.map(() => likeRow ?? plainest(opened)),
        )
      }),

    generateRows: ({ runId, count, seed, likeRow }) =>
      withSpace(runId, (opened) => {
        const codes = drawCodes(opened.space.reader.model.spec, { count, seed })
        return made(
          opened,
          codes,
          Array.from({ length: count }, () => likeRow ?? plainest(opened)),
        )
      }),

    interpolateRows: ({ runId, from, to, steps }) =>
      withSpace(runId, async (opened) => {
        const { dataset, judge, space } = opened
        const chunk = await readTableRows(database, dataset, [from, to], judge.columns)
        const { values } = await space.reader.read(chunk)
        const codes = codesBetween(
          values.subarray(0, space.reader.width),
          values.subarray(space.reader.width),
          steps,
        )
        // Context does not blend (a machine is one or the other): each row takes that of the nearer end.
        const likeRows = Array.from({ length: steps }, (_, step) => (2 * step < steps ? from : to))
        return made(opened, codes, likeRows)
      }),
  }
  return { calls, close: () => spaces.close() }
}

/** The row with the lowest score: its context stands in where none was given. */
function plainest({ ranked }: Opened): number {
  const row = ranked.rows.at(-1)
  if (row === undefined) throw new Failure('too-few-rows', 'This run has no rows.')
  return row
}

function scoresByRow({ scores, rows }: RankedScores): Float32Array {
  const byRow = new Float32Array(rows.length)
  for (const [place, row] of rows.entries()) byRow[row] = scores[place] ?? Number.NaN
  return byRow
}

/** Where the given rows stand in the ranking, in one pass over it. */
function placesOf({ rows }: RankedScores, wanted: readonly number[]): Map<number, number> {
  const left = new Set(wanted)
  const places = new Map<number, number>()
  for (let place = 0; place < rows.length && places.size < left.size; place += 1) {
    const row = rows[place] ?? -1
    if (left.has(row)) places.set(row, place)
  }
  return places
}
