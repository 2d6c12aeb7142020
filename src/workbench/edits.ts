import type { DuckDBConnection } from '@duckdb/node-api'
import { countAtLeast } from '../contract/cut.ts'
import { Failure } from '../contract/failure.ts'
import type { Column, ColumnChoice, Dataset, EditOutcome, Threshold } from '../contract/records.ts'
import type { Database } from '../pipeline/dataset/database.ts'
import { ensureSchema, readRecord } from '../pipeline/dataset/store.ts'
import { changeColumns } from '../pipeline/dataset/updateColumns.ts'
import { applyRule } from '../pipeline/threshold/apply.ts'
import type { Claims } from './claims.ts'
import {
  appendEdit,
  type Edit,
  ensureEditLog,
  forgetEdits,
  type LoggedEdit,
  markEdit,
  nextEdit,
} from './store/editLog.ts'
import type { RunStore } from './store/runs.ts'

/** Changes of a person that can be taken back. Each is one transaction together with its place in the log. */
export interface Edits {
  /** As `updateColumns`. @throws Failure also `busy`, where a job reads the table whose types change */
  changeColumns(datasetId: string, choices: Readonly<Record<string, ColumnChoice>>): Promise<Dataset>
  /** Applies a threshold rule to a run and keeps it. */
  changeThreshold(runId: string, rule: Pick<Threshold, 'rule' | 'value'>): Promise<Threshold>
  /** @throws Failure `not-found` where there is nothing to take back, `busy` as above */
  undo(): Promise<EditOutcome>
  redo(): Promise<EditOutcome>
  /** What would be taken back, and done again, in words. */
  waiting(): Promise<{ undoable: string | null; redoable: string | null }>
  /** Forgets the edits of what is deleted. */
  forget(...subjects: string[]): Promise<void>
}

/** Opens the log of a project's edits. `now` tells the time, for the log alone. */
export async function openEdits(input: {
  readonly database: Database
  readonly runs: RunStore
  readonly claims: Claims
  readonly now?: () => Date
}): Promise<Edits> {
  const { database, runs, claims, now = () => new Date() } = input
  await ensureSchema(database)
  await ensureEditLog(database)

  async function change(
    connection: DuckDBConnection,
    datasetId: string,
    choices: ReadonlyMap<string, ColumnChoice>,
  ) {
    const before = await readRecord(connection, datasetId)
    return { before, after: await changeColumns(connection, before, choices) }
  }

  /** Puts a threshold back as it was, over the scores as they are: a training that went on may have replaced them. */
  async function putThreshold(runId: string, threshold: Threshold): Promise<void> {
    await runs.update(runId, async (run) => {
      const { scores } = await runs.readScores(runId)
      return { ...run, threshold: { ...threshold, flagged: countAtLeast(scores, threshold.cut) } }
    })
  }

  async function step(direction: 'undo' | 'redo'): Promise<EditOutcome> {
    const found = await database.withConnection((connection) => nextEdit(connection, direction))
    if (found === null) throw nothing(direction)
    const release = claimFor(found.edit)
    try {
      return await database.change(async (connection) => {
        const logged = await nextEdit(connection, direction)
        // Two windows may ask at once: whoever comes second must not take back what it did not see.
        if (logged?.sequence !== found.sequence) throw nothing(direction)
        await take(connection, logged, direction)
        await markEdit(connection, logged.sequence, direction === 'undo')
        return outcomeOf(logged.edit)
      })
    } finally {
      release()
    }
  }

  /** A training reads the table as it was fitted: types may not change under it, roles may. */
  function claimFor(edit: Edit): () => void {
    if (edit.kind === 'threshold') return claims.share(edit.runId)
    const retypes = edit.before.some(({ type }) => type !== undefined)
    return retypes ? claims.own(edit.datasetId) : claims.share(edit.datasetId)
  }

  async function take(connection: DuckDBConnection, { edit }: LoggedEdit, direction: 'undo' | 'redo') {
    if (edit.kind === 'threshold') {
      await putThreshold(edit.runId, direction === 'undo' ? edit.before : edit.after)
      return
    }
    const states = direction === 'undo' ? edit.before : edit.after
    await change(connection, edit.datasetId, new Map(states.map(({ name, ...choice }) => [name, choice])))
  }

  return {
    async changeColumns(datasetId, choices) {
      const retypes = Object.values(choices).some((choice) => choice.type !== undefined)
      const release = retypes ? claims.own(datasetId) : claims.share(datasetId)
      try {
        return await database.change(async (connection) => {
          const { before, after } = await change(connection, datasetId, new Map(Object.entries(choices)))
          const edit = columnsEdit(before, after)
          if (edit) await appendEdit(connection, edit, now())
          return after
        })
      } finally {
        release()
      }
    },
    changeThreshold: (runId, rule) =>
      database.change(async (connection) => {
        let before: Threshold = runs.find(runId).threshold
        const run = await runs.update(runId, async (stored) => {
          before = stored.threshold
          // With the scores of that moment: a training that goes on may replace them.
          const { scores } = await runs.readScores(runId)
          return { ...stored, threshold: applyRule(scores, rule) }
        })
        const after = run.threshold
        if (before.cut !== after.cut || before.rule !== after.rule || before.value !== after.value) {
          await appendEdit(connection, { kind: 'threshold', what: 'threshold', runId, before, after }, now())
        }
        return after
      }),
    undo: () => step('undo'),
    redo: () => step('redo'),
    waiting: () =>
      database.withConnection(async (connection) => ({
        undoable: (await nextEdit(connection, 'undo'))?.edit.what ?? null,
        redoable: (await nextEdit(connection, 'redo'))?.edit.what ?? null,
      })),
    forget: (...subjects) => database.change((connection) => forgetEdits(connection, subjects)),
  }
}

const nothing = (direction: 'undo' | 'redo') =>
  new Failure(
    'not-found',
    direction === 'undo' ? 'There is nothing to take back.' : 'There is nothing to do again.',
  )

const outcomeOf = (edit: Edit): EditOutcome => ({
  what: edit.what,
  subject: edit.kind === 'columns' ? { datasetId: edit.datasetId } : { runId: edit.runId },
})

/** What changed between two states of a data set; null where nothing did. */
function columnsEdit(before: Dataset, after: Dataset): Edit | null {
  const changed = before.columns.flatMap((old, position) => {
    const now = after.columns[position]
    if (now === undefined || (now.type === old.type && now.role === old.role)) return []
    return [{ old, now }]
  })
  if (changed.length === 0) return null
  return {
    kind: 'columns',
    what: `${wordsOf(changed)} in ${after.name}`,
    datasetId: after.datasetId,
    before: changed.map(({ old, now }) => stateOf(old, now)),
    after: changed.map(({ old, now }) => stateOf(now, old)),
  }
}

interface ColumnChange {
  readonly old: Column
  readonly now: Column
}

/** A column as an edit keeps it: its type only where that changed, or roles could not change while a job reads the table. */
function stateOf(column: Column, other: Column) {
  const { name, type, role } = column
  return type === other.type ? { name, role } : { name, type, role }
}

function wordsOf(changed: readonly ColumnChange[]): string {
  const retyped = changed.some(({ old, now }) => old.type !== now.type)
  const field = retyped ? 'type' : 'role'
  const [first] = changed
  if (changed.length === 1 && first) return `${field} of ${first.now.name.slice(0, 60)}`
  return `${field}s of ${changed.length} columns`
}
