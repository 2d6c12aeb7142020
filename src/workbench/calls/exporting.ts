import { readdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type { Dataset } from '../../contract/records.ts'
import { openTable } from '../../pipeline/dataset/openTable.ts'
import { selectRows } from '../../pipeline/dataset/selectRows.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { topReasons } from '../../pipeline/explain/explain.ts'
import { type ExportRow, exportRows } from '../../pipeline/export/exportRows.ts'
import type { Context } from '../context.ts'
import type { Judge } from '../judges.ts'

type ExportCalls = Pick<Api, 'startExport'>

/** Calls that write results to files. */
export function exportCalls(context: Context): ExportCalls {
  const { claims, database, folder, jobs, judges, runs } = context

  async function planExport({ runId, rows, path }: Parameters<Api['startExport']>[0]) {
    const run = runs.find(runId)
    const dataset = await readDataset(database, run.datasetId)
    if (path !== undefined) await refuseProjectPath(folder.root, path)
    return { dataset, path: path ?? (await freePath(folder.exports, fileStem(dataset.name), rows)) }
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
          const file = await judges.use(runId, dataset, async (judge) =>
            exportRows({
              dataset,
              sourceFolder: folder.sources,
              path,
              rows: reasonedRows(context, { runId, dataset, judge, flaggedOnly, signal }),
              neutraliseFormulas,
              signal,
              onProgress: (progress) => report({ progress }),
            }),
          )
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
  readonly flaggedOnly: boolean
  readonly signal: AbortSignal
}

/** A run's rows in file order with score, rank and reasons; reasons are computed chunk by chunk. */
async function* reasonedRows(context: Context, selection: Selection): AsyncGenerator<ExportRow> {
  const { runId, dataset, judge, flaggedOnly, signal } = selection
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
    const { shares } = await judge.judge(selectRows(chunk, chosen))
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
      }
    }
  }
}

/** Refuses a path that would overwrite a part of the project itself. */
async function refuseProjectPath(root: string, path: string): Promise<void> {
  const target = resolve(path)
  // The file need not exist yet; a link among the folders above it must not hide where it leads.
  const parent = await realpath(dirname(target)).catch(() => dirname(target))
  const inside = relative(await realpath(root), parent)
  const [first] = inside.split(sep)
  if (inside.startsWith('..') || isAbsolute(inside) || first === 'exports') return
  throw new Failure(
    'bad-request',
    `${path} lies inside the project's own folder. Choose another place for the export.`,
    { path },
  )
}

/** A name in the exports folder that is not taken: an earlier export is never overwritten. */
async function freePath(folder: string, stem: string, rows: 'flagged' | 'all'): Promise<string> {
  const taken = new Set(await readdir(folder))
  const name = `${stem}-${rows === 'flagged' ? 'flagged' : 'scored'}`
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? `${name}.csv` : `${name}-${number}.csv`
    if (!taken.has(candidate)) return join(folder, candidate)
  }
}

/** A data set's name as the start of a file name: no characters that some file system refuses, not too long. */
function fileStem(name: string): string {
  let stem = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').slice(0, 80)
  // File systems count bytes, of which a letter may need four.
  while (Buffer.byteLength(stem) > 150) stem = stem.slice(0, -1)
  return stem || 'table'
}
