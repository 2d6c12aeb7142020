import type { Api } from '../../contract/api.ts'
import { mostCopiedRows } from '../../contract/limits.ts'
import type { Dataset } from '../../contract/records.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { selectRows } from '../../pipeline/dataset/selectRows.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { topReasons } from '../../pipeline/explain/explain.ts'
import { type ExportInput, type ExportRow, exportRows, rowsAsText } from '../../pipeline/export/exportRows.ts'
import { refuseBeyondSheet } from '../../pipeline/export/writers/workbook.ts'
import { codeColumnNames } from '../../pipeline/latent/codes.ts'
import { type CodeReader, openCodeReader } from '../../pipeline/latent/reader.ts'
import type { Context } from '../context.ts'
import { freePath, refuseProjectPath } from '../exportPaths.ts'
import type { Judge } from '../judges.ts'

type ExportCalls = Pick<Api, 'startExport' | 'readRowsAsText'>
type Wanted = Parameters<Api['readRowsAsText']>[0]

/** Calls that write results to files. */
export function exportCalls(context: Context): ExportCalls {
  const { claims, database, folder, jobs, runs } = context

  async function planExport(input: Parameters<Api['startExport']>[0]) {
    const { runId, rows, format = 'csv', path } = input
    const run = runs.find(runId)
    const dataset = await readDataset(database, run.datasetId)
    if (format === 'xlsx') {
      const columns = (input.columns ?? dataset.columns).length
      refuseBeyondSheet({ rows: rows === 'flagged' ? run.threshold.flagged : run.rows, columns })
    }
    if (path !== undefined) await refuseProjectPath(folder.root, path)
    return {
      dataset,
      path:
        path ??
        (await freePath(
          folder.exports,
          dataset.name,
          `${rows === 'flagged' ? '-flagged' : '-scored'}.${format}`,
        )),
    }
  }

  return {
    async startExport(input) {
      const { runId } = input
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
          const selection = { flaggedOnly, mostRows: Number.POSITIVE_INFINITY, signal }
          const file = await withRows(context, { ...input, dataset, ...selection }, (found) =>
            exportRows({
              ...found,
              path,
              format: input.format ?? 'csv',
              onProgress: (progress) => report({ progress }),
            }),
          )
          return { result: { kind: 'export', file } }
        },
      })
      return { jobId }
    },

    async readRowsAsText(input) {
      const { runId, rows } = input
      const run = runs.find(runId)
      const release = claims.share(runId, run.datasetId)
      try {
        const dataset = await readDataset(database, run.datasetId)
        const flaggedOnly = rows === 'flagged'
        const total = flaggedOnly ? run.threshold.flagged : run.rows
        const { signal } = new AbortController()
        const selection = { flaggedOnly, mostRows: mostCopiedRows, signal }
        const text = await withRows(context, { ...input, dataset, ...selection }, rowsAsText)
        return { text, rows: Math.min(total, mostCopiedRows), total }
      } finally {
        release()
      }
    },
  }
}

/** Lends the rows of a run that are wanted, with all that writing them needs. */
async function withRows<Result>(
  context: Context,
  input: Wanted & Omit<Selection, 'judge' | 'codes'>,
  action: (found: Omit<ExportInput, 'path' | 'format'>) => Promise<Result>,
): Promise<Result> {
  const { database, folder, judges } = context
  const { runId, dataset, columns, neutraliseFormulas, signal } = input
  return await judges.use(runId, dataset, async (judge) => {
    const engine = await context.engine()
    const codes = input.codes === true ? await openCodeReader({ engine, ...judge }) : null
    try {
      return await action({
        database,
        dataset,
        sourceFolder: folder.sources,
        columns,
        rows: reasonedRows(context, { ...input, judge, codes }),
        codeColumns: codes ? codeColumnNames(codes.width) : [],
        neutraliseFormulas,
        signal,
        onProgress: () => undefined,
      })
    } finally {
      await codes?.close()
    }
  })
}

interface Selection {
  readonly runId: string
  readonly dataset: Dataset
  readonly judge: Judge
  readonly codes: CodeReader | null
  readonly flaggedOnly: boolean
  /** Rows beyond these are left out. */
  readonly mostRows: number
  readonly signal: AbortSignal
}

/** A run's rows in file order with score, rank and reasons; reasons are computed chunk by chunk. */
async function* reasonedRows(context: Context, selection: Selection): AsyncGenerator<ExportRow> {
  const { runId, dataset, judge, codes, flaggedOnly, mostRows, signal } = selection
  const { scores, rows } = await context.runs.readScores(runId)
  const { cut } = context.runs.find(runId).threshold
  const positionOfRow = new Int32Array(rows.length)
  rows.forEach((row, position) => {
    positionOfRow[row] = position
  })
  let left = mostRows
  for await (const chunk of openTable(context.database, dataset).read(judge.columns, signal)) {
    const chosen: number[] = []
    for (let index = 0; index < chunk.rows; index++) {
      const score = scores[positionOfRow[chunk.firstRow + index] ?? 0] ?? Number.NaN
      if (left > 0 && (!flaggedOnly || score >= cut)) {
        chosen.push(index)
        left--
      }
    }
    if (left === 0 && chosen.length === 0) return
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
