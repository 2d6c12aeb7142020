import type { Api } from '../../contract/api.ts'
import type { Dataset } from '../../contract/records.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { selectRows } from '../../pipeline/dataset/selectRows.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { topReasons } from '../../pipeline/explain/explain.ts'
import { type ExportRow, exportRows } from '../../pipeline/export/exportRows.ts'
import { codeColumnNames } from '../../pipeline/latent/codes.ts'
import { type CodeReader, openCodeReader } from '../../pipeline/latent/reader.ts'
import type { Context } from '../context.ts'
import { freePath, refuseProjectPath } from '../exportPaths.ts'
import type { Judge } from '../judges.ts'

type ExportCalls = Pick<Api, 'startExport'>

/** Calls that write results to files. */
export function exportCalls(context: Context): ExportCalls {
  const { claims, database, folder, jobs, judges, runs } = context

  async function planExport({ runId, rows, path }: Parameters<Api['startExport']>[0]) {
    const run = runs.find(runId)
    const dataset = await readDataset(database, run.datasetId)
    if (path !== undefined) await refuseProjectPath(folder.root, path)
    return {
      dataset,
      path:
        path ??
        (await freePath(folder.exports, dataset.name, rows === 'flagged' ? '-flagged.csv' : '-scored.csv')),
    }
  }

  return {
    async startExport(input) {
      const { runId, neutraliseFormulas } = input
      const release = claims.share(runId, runs.find(runId).datasetId)
      const { dataset, path } = await planExport(input).catch((error) => {
        release()
        throw error
      })
      const flaggedOnly = input.rows === 'flagged'
      const jobId = jobs.start({
        kind: 'export',
        title: flaggedOnly ? 'Export flagged rows' : 'Export all rows',
        ended: release,
        async work({ report, signal }) {
          report({ phase: 'Writing rows' })
          const file = await judges.use(runId, dataset, async (judge) => {
            const engine = await context.engine()
            const codes = input.codes === true ? await openCodeReader({ engine, ...judge }) : null
            try {
              return await exportRows({
                database,
                dataset,
                format: 'csv',
                sourceFolder: folder.sources,
                path,
                rows: reasonedRows(context, { runId, dataset, judge, codes, flaggedOnly, signal }),
                codeColumns: codes ? codeColumnNames(codes.width) : [],
                neutraliseFormulas,
                signal,
                onProgress: (progress) => report({ progress }),
              })
            } finally {
              await codes?.close()
            }
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
  readonly judge: Judge
  readonly codes: CodeReader | null
  readonly flaggedOnly: boolean
  readonly signal: AbortSignal
}

/** A run's rows in file order with score, rank and reasons; reasons are computed chunk by chunk. */
async function* reasonedRows(context: Context, selection: Selection): AsyncGenerator<ExportRow> {
  const { runId, dataset, judge, codes, flaggedOnly, signal } = selection
  const { scores, rows } = await context.runs.readScores(runId)
  const { cut } = context.runs.find(runId).threshold
  const positionOfRow = new Int32Array(rows.length)
  rows.forEach((row, position) => {
    positionOfRow[row] = position
  })
  for await (const chunk of openTable(context.database, dataset).read(judge.columns, signal)) {
    const chosen: number[] = []
    for (let index = 0; index < chunk.rows; index++) {
      const score = scores[positionOfRow[chunk.firstRow + index] ?? 0] ?? Number.NaN
      if (!flaggedOnly || score >= cut) chosen.push(index)
    }
    if (chosen.length === 0) continue
    const selected = selectRows(chunk, chosen)
    const { shares } = await judge.judge(selected)
    const code = await codes?.read(selected)
    const { encoder } = judge.model
    const width = encoder.columns.length
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
          encoder,
          shares: shares.subarray(index * width, (index + 1) * width),
        }).map((reason) => reason.column),
        code: code?.values.subarray(index * code.columns, (index + 1) * code.columns),
      }
    }
  }
}
