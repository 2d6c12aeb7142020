import type { Api } from '../../contract/api.ts'
import type { Dataset, RunSummary } from '../../contract/records.ts'
import { openTable, readTableRows } from '../../pipeline/dataset/openTable.ts'
import { readCells } from '../../pipeline/dataset/pages.ts'
import { readColumn } from '../../pipeline/dataset/readColumn.ts'
import { readDataset } from '../../pipeline/dataset/store.ts'
import { evaluate } from '../../pipeline/evaluation/evaluate.ts'
import { readLabels } from '../../pipeline/evaluation/labels.ts'
import { explainShares, topReasons } from '../../pipeline/explain/explain.ts'
import type { Context } from '../context.ts'
import type { StoredRun } from '../store/storedRun.ts'

type ResultCalls = Pick<
  Api,
  'readRun' | 'readScores' | 'readEvaluation' | 'setThreshold' | 'readRankedRows' | 'explainRow' | 'deleteRun'
>

/** A ranked page shows at most this many columns; a row's detail shows all of them. */
const shownColumns = 200

/** The column a data set's runs are evaluated against: the first one with the label role. */
export const labelColumnOf = (dataset: Dataset): string | null =>
  dataset.columns.find((column) => column.role === 'label')?.name ?? null

/** A stored run with what follows from its data set as it is now. */
export const summarise = (run: StoredRun, dataset: Dataset | undefined): RunSummary => ({
  ...run,
  labelColumn: dataset ? labelColumnOf(dataset) : null,
})

/** Calls about the results of a finished run. */
export function resultCalls(context: Context): ResultCalls {
  const { database, judges, runs } = context

  const datasetOf = (runId: string) => readDataset(database, runs.find(runId).datasetId)

  async function labelled(runId: string) {
    const dataset = await datasetOf(runId)
    const labelColumn = labelColumnOf(dataset)
    const { scores, rows } = await runs.readScores(runId)
    const found =
      labelColumn === null ? null : readLabels(await readColumn(openTable(database, dataset), labelColumn))
    if (labelColumn === null || !found) return { scores, rows, labels: null }
    const labels = Uint8Array.from(rows, (row) => found.codes[row] ?? 255)
    return { scores, rows, labels, labelColumn, positiveValue: found.positiveValue }
  }

  return {
    readRun: async ({ runId }) => summarise(runs.find(runId), await datasetOf(runId)),

    async readScores({ runId }) {
      const { scores, rows, labels } = await labelled(runId)
      return { runId, scores, rows, labels }
    },

    async readEvaluation({ runId }) {
      const { scores, labels, labelColumn, positiveValue } = await labelled(runId)
      return labels ? evaluate({ sorted: scores, labels, labelColumn, positiveValue }) : null
    },

    async setThreshold({ runId, rule, value }) {
      const threshold = await context.edits.changeThreshold(runId, { rule, value })
      context.projectChanged()
      return threshold
    },

    async readRankedRows({ runId, from, to }) {
      const dataset = await datasetOf(runId)
      const { cut } = runs.find(runId).threshold
      const ranked = await runs.readScores(runId)
      const rows = Array.from(ranked.rows.subarray(from, to))
      const columns = dataset.columns.slice(0, shownColumns).map((column) => column.name)
      if (rows.length === 0) return { columns, rows: [], total: ranked.rows.length }
      return judges.use(runId, dataset, async (judge) => {
        const { encoder } = judge.model
        const [{ cells }, chunk] = await Promise.all([
          readCells(database, dataset, rows, columns),
          readTableRows(database, dataset, rows, judge.columns),
        ])
        const { shares } = await judge.judge(chunk)
        const ranks = rows.map((row, index) => {
          const score = ranked.scores[from + index] ?? Number.NaN
          return {
            rank: from + index + 1,
            row,
            score,
            flagged: score >= cut,
            reasons: topReasons({
              encoder,
              shares: rowOf(shares, index, encoder.columns.length),
            }),
            cells: cells[index] ?? [],
          }
        })
        return { columns, total: ranked.rows.length, rows: ranks }
      })
    },

    async explainRow({ runId, row }) {
      const dataset = await datasetOf(runId)
      const ranked = await runs.readScores(runId)
      const index = ranked.rows.indexOf(row)
      const names = dataset.columns.map((column) => column.name)
      return judges.use(runId, dataset, async (judge) => {
        const { encoder } = judge.model
        const [{ cells }, chunk] = await Promise.all([
          readCells(database, dataset, [row], names),
          readTableRows(database, dataset, [row], judge.columns),
        ])
        const { shares, typical } = await judge.judge(chunk)
        const values = new Map(names.map((name, position) => [name, cells[0]?.[position] ?? null]))
        return {
          row,
          rank: index + 1,
          score: ranked.scores[index] ?? Number.NaN,
          shares: explainShares({
            encoder,
            shares,
            observed: encoder.columns.map(({ name }) => values.get(name) ?? null),
            typical: typical[0] ?? [],
          }),
          cells: dataset.columns.map(({ name, role }) => ({
            column: name,
            role,
            value: values.get(name) ?? null,
          })),
        }
      })
    },

    async deleteRun({ runId }) {
      const release = context.claims.own(runId)
      try {
        await judges.close(runId)
        await runs.delete(runId)
        await context.edits.forget(runId)
      } finally {
        release()
      }
      context.projectChanged()
      return {}
    },
  }
}

const rowOf = (values: Float32Array, row: number, width: number) =>
  values.subarray(row * width, (row + 1) * width)
