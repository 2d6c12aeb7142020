import { Failure } from '../contract/failure.ts'
import type { Dataset } from '../contract/records.ts'
import type { Engine } from '../engine/engine.ts'
import type { TableChunk } from '../pipeline/dataset/table.ts'
import { encodeChunk } from '../pipeline/features/encode.ts'
import type { Encoder } from '../pipeline/features/encoder.ts'
import { alignColumns } from '../pipeline/scoring/align.ts'
import { type JudgedRows, openScorer, type Scorer } from '../pipeline/scoring/scorer.ts'
import type { TrainedModel } from '../pipeline/training/trainedModel.ts'
import type { RunStore } from './store/runs.ts'

/** A trained model that is open and ready to judge rows of its data set. */
export interface Judge {
  readonly model: TrainedModel
  /** The data set's columns that it reads, in the order its chunks must have. */
  readonly columns: readonly string[]
  /** The chunk with the columns of the model's encoder; missing ones are all missing. */
  align(chunk: TableChunk): TableChunk
  /** Shares and typical cells are in the order of the encoder's columns. */
  judge(chunk: TableChunk): Promise<JudgedRows>
}

export interface Judges {
  /**
   * Lends the judge of a run to `action`, for its data set as it is now. It stays open until the action has ended,
   * whatever else is opened or deleted meanwhile.
   * @throws Failure when a column of the training has another type since, or is gone
   */
  use<Result>(runId: string, dataset: Dataset, action: (judge: Judge) => Promise<Result>): Promise<Result>
  /** Closes a run's model as soon as nobody uses it. */
  close(runId: string): Promise<void>
  closeAll(): Promise<void>
}

interface OpenModel {
  readonly loaded: Promise<{ readonly scorer: Scorer; readonly model: TrainedModel }>
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
    return { scorer, model }
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
    async use(runId, dataset, action) {
      const model = take(runId)
      try {
        const { scorer, model: trained } = await model.loaded.catch((error) => {
          if (models.get(runId) === model) models.delete(runId)
          throw error
        })
        // A run that was only scored says itself how its data set's columns differ from the model's.
        if (runs.find(runId).scored === null) checkTypes(trained.encoder, dataset)
        return await action(createJudge(scorer, trained, dataset))
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

function createJudge(scorer: Scorer, model: TrainedModel, dataset: Dataset): Judge {
  const { encoder } = model
  const { columns, dialect } = dataset
  const alignment = alignColumns({ encoder, columns, decimalMark: dialect.decimalMark })
  return {
    model,
    columns: alignment.reads,
    align: alignment.align,
    judge: (chunk) => scorer.judge(encodeChunk(encoder, alignment.align(chunk))),
  }
}

function checkTypes(encoder: Encoder, { columns }: Dataset): void {
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
