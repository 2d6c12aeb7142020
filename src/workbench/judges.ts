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
   * The judge of a run for a data set's columns as they are now.
   * @throws Failure when a column it was trained on has another type, or is gone
   */
  open(runId: string, columns: readonly Column[]): Promise<Judge>
  close(runId: string): Promise<void>
  closeAll(): Promise<void>
}

/** Models stay open while they are looked at: this many at once. */
const openAtOnce = 2

/** Opens the models of stored runs on demand and keeps the last few open. */
export function createJudges(runs: RunStore, engine: () => Promise<Engine>): Judges {
  const open = new Map<string, Promise<{ scorer: Scorer; judge: Judge }>>()

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

  async function close(runId: string) {
    const entry = open.get(runId)
    open.delete(runId)
    if (entry) await (await entry).scorer.close()
  }

  return {
    async open(runId, columns) {
      let entry = open.get(runId)
      if (!entry) {
        for (const oldest of [...open.keys()].slice(0, Math.max(0, open.size - openAtOnce + 1))) {
          await close(oldest)
        }
        entry = load(runId)
        open.set(runId, entry)
        entry.catch(() => open.delete(runId))
      }
      const { judge } = await entry
      const now = new Map(columns.map((column) => [column.name, column.type]))
      for (const { name, type } of judge.encoder.columns) {
        if (now.get(name) === type) continue
        throw new Failure(
          'bad-request',
          `Column "${name}" was read as ${type} when this run was trained and is ${now.get(name) ?? 'gone'} now. Change it back, or train again.`,
          { column: name },
        )
      }
      return judge
    },
    close,
    async closeAll() {
      for (const runId of [...open.keys()]) await close(runId)
    },
  }
}
