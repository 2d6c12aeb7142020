import { Failure } from '../contract/failure.ts'
import type { Column } from '../contract/records.ts'
import type { Engine } from '../engine/engine.ts'
import type { TableChunk } from '../pipeline/dataset/table.ts'
import { encodeChunk } from '../pipeline/features/encode.ts'
import { type Encoder, encoderColumnNames } from '../pipeline/features/encoder.ts'
import { type JudgedRows, openScorer, type Scorer } from '../pipeline/scoring/scorer.ts'
import type { RunStore } from './store/runs.ts'

/** A trained model that is open and ready to judge rows of its data set. */
export interface Judge {
  readonly encoder: Encoder
  /** The original columns it reads, in the order its chunks must have. */
  readonly columns: readonly string[]
  judge(chunk: TableChunk): Promise<JudgedRows>
}

export interface Judges {
  /**
   * Lends the judge of a run to `action`, for a data set's columns as they are now. It stays open until the
   * action has ended, whatever else is opened or deleted meanwhile.
   * @throws Failure when a column it was trained on has another type, or is gone
   */
  use<Result>(
    runId: string,
    columns: readonly Column[],
    action: (judge: Judge) => Promise<Result>,
  ): Promise<Result>
  /** Closes a run's model as soon as nobody uses it. */
  close(runId: string): Promise<void>
  closeAll(): Promise<void>
}

interface OpenModel {
  readonly loaded: Promise<{ readonly scorer: Scorer; readonly judge: Judge }>
  users: number
}

/** Models stay open while they are looked at: this many besides those in use. */
const openAtOnce = 2

/** Opens the models of stored runs on demand and keeps the last few open. */
export function createJudges(runs: RunStore, engine: () => Promise<Engine>): Judges {
  /** Least recently used first. */
  const models = new Map<string, OpenModel>()

  async function load(runId: string) {
    const model = await runs.readModel(runId)
    const scorer = await openScorer({ engine: await engine(), model })
    const { encoder } = model
    const judge: Judge = {
      encoder,
      columns: encoderColumnNames(encoder),
      judge: (chunk) => scorer.judge(encodeChunk(encoder, chunk)),
    }
    return { scorer, judge }
  }

  function take(runId: string): OpenModel {
    const model = models.get(runId) ?? { loaded: load(runId), users: 0 }
    models.delete(runId)
    models.set(runId, model)
    model.users++
    return model
  }

  const shut = async ({ loaded }: OpenModel) => {
    const opened = await loaded.catch(() => null)
    await opened?.scorer.close()
  }

  async function giveBack(runId: string, model: OpenModel): Promise<void> {
    model.users--
    if (model.users > 0) return
    // Closed, or replaced after a failure, while it was in use.
    if (models.get(runId) !== model) return shut(model)
    const idle = [...models].filter(([, { users }]) => users === 0)
    for (const [oldest, spare] of idle.slice(0, Math.max(0, idle.length - openAtOnce))) {
      models.delete(oldest)
      await shut(spare)
    }
  }

  async function close(runId: string): Promise<void> {
    const model = models.get(runId)
    models.delete(runId)
    if (model?.users === 0) await shut(model)
  }

  return {
    async use(runId, columns, action) {
      const model = take(runId)
      try {
        const { judge } = await model.loaded.catch((error) => {
          if (models.get(runId) === model) models.delete(runId)
          throw error
        })
        checkTypes(judge.encoder, columns)
        return await action(judge)
      } finally {
        await giveBack(runId, model)
      }
    },
    close,
    async closeAll() {
      for (const runId of [...models.keys()]) await close(runId)
    },
  }
}

function checkTypes(encoder: Encoder, columns: readonly Column[]): void {
  const now = new Map(columns.map((column) => [column.name, column.type]))
  for (const { name, type } of encoder.columns) {
    if (now.get(name) === type) continue
    throw new Failure(
      'bad-request',
      `Column "${name}" was read as ${type} when this run was trained and is ${now.get(name) ?? 'gone'} now. Change it back, or train again.`,
      { column: name },
    )
  }
}
