import { join } from 'node:path'
import type { Api } from '../../contract/api.ts'
import type { Dataset } from '../../contract/records.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { selectRows } from '../../pipeline/dataset/selectRows.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { topReasons } from '../../pipeline/explain/explain.ts'
import { type ExportRow, exportRows } from '../../pipeline/export/exportRows.ts'
import type { Context } from '../context.ts'

type ExportCalls = Pick<Api, 'startExport'>

/** Calls that write results to files. */
export function exportCalls(context: Context): ExportCalls {
  const { database, folder, jobs, runs } = context
  return {
    async startExport({ runId, rows, neutraliseFormulas, path }) {
      const run = runs.find(runId)
      const dataset = await readDataset(database, run.datasetId)
      const fileName = `${fileStem(dataset.name)}-${rows === 'flagged' ? 'flagged' : 'scored'}.csv`
      const jobId = jobs.start({
        kind: 'export',
        title: rows === 'flagged' ? 'Export flagged rows' : 'Export all rows',
        async work({ report, signal }) {
          report({ phase: 'Writing rows' })
          const file = await exportRows({
            dataset,
            sourceFolder: folder.sources,
            path: path ?? join(folder.exports, fileName),
            rows: reasonedRows(context, { runId, dataset, flaggedOnly: rows === 'flagged', signal }),
            neutraliseFormulas,
            signal,
            onProgress: (progress) => report({ progress }),
          })
          return { result: { kind: 'export', file } }
        },
      })
      return { jobId }
    },
  }
}

interface Selection {
  readonly runId: string
  readonly dataset: Dataset
  readonly flaggedOnly: boolean
  readonly signal: AbortSignal
}

/** A run's rows in file order with score, rank and reasons; reasons are computed chunk by chunk. */
async function* reasonedRows(context: Context, selection: Selection): AsyncGenerator<ExportRow> {
  const { runId, dataset, flaggedOnly, signal } = selection
  const { scores, rows } = await context.runs.readScores(runId)
  const { cut } = context.runs.find(runId).threshold
  const positionOfRow = new Int32Array(rows.length)
  rows.forEach((row, position) => {
    positionOfRow[row] = position
  })
  const judge = await context.judges.open(runId, dataset.columns)
  for await (const chunk of openTable(context.database, dataset).read(judge.columns, signal)) {
    const chosen: number[] = []
    for (let index = 0; index < chunk.rows; index++) {
      const score = scores[positionOfRow[chunk.firstRow + index] ?? 0] ?? Number.NaN
      if (!flaggedOnly || score >= cut) chosen.push(index)
    }
    if (chosen.length === 0) continue
    const { shares } = await judge.judge(selectRows(chunk, chosen))
    const width = judge.columns.length
    for (const [index, offset] of chosen.entries()) {
      const row = chunk.firstRow + offset
      const position = positionOfRow[row] ?? 0
      const score = scores[position] ?? Number.NaN
      yield {
        row,
        score,
        rank: position + 1,
        flagged: score >= cut,
        topColumns: topReasons({
          encoder: judge.encoder,
          shares: shares.subarray(index * width, (index + 1) * width),
        }).map((reason) => reason.column),
      }
    }
  }
}

/** A data set's name as the start of a file name: no characters that some file system refuses. */
const fileStem = (name: string) => name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').slice(0, 80) || 'table'
