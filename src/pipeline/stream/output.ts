import { type FileHandle, open, rename } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import type { ExportedFile } from '../../contract/records.ts'
import { writeFully } from '../dataset/writeFully.ts'
import { shortNumber } from '../export/csvText.ts'
import { forgetProgress, keepProgress, type Progress, partPath, placeOf } from './resume.ts'
import type { RecordTexts, StreamPlace } from './streamRecords.ts'

/** Between two places that a stream can go on from. */
const keepMilliseconds = 2_000

/** What the model says of a batch. */
export interface Found {
  readonly scores: Float32Array
  /** For the flagged rows of the batch, by place: the columns that made them strange. */
  readonly reasons: ReadonlyMap<number, string>
}

/** The unfinished file, and how far it has come. */
export class Output {
  readonly #file: FileHandle
  readonly #target: string
  readonly #key: string
  #header = ''
  #written: number
  #next: StreamPlace
  #kept = performance.now()
  rows: number
  flagged: number
  setAside: number

  private constructor(file: FileHandle, target: string, key: string, before: Progress | null) {
    this.#file = file
    this.#target = target
    this.#key = key
    this.#written = before?.written ?? 0
    this.#next = before === null ? { byte: 0, line: 1, row: 0 } : placeOf(before)
    this.rows = before?.row ?? 0
    this.flagged = before?.flagged ?? 0
    this.setAside = before?.setAside ?? 0
  }

  static async open(target: string, key: string, before: Progress | null): Promise<Output> {
    if (before === null) {
      await forgetProgress(target)
      return new Output(await open(partPath(target), 'w'), target, key, null)
    }
    const file = await open(partPath(target), 'r+').catch(() => null)
    const size = (await file?.stat())?.size ?? 0
    if (file === null || size < before.written) {
      await file?.close()
      throw new Failure(
        'disk',
        `${basename(partPath(target))} was changed, so the scoring cannot go on. Delete it and the file that ends in .residual-resume.json beside it, and score again.`,
      )
    }
    // What was written after the last place that was kept is written again.
    await file.truncate(before.written)
    return new Output(file, target, key, before)
  }

  header(line: string): void {
    if (this.#written === 0) this.#header = line
  }

  async write(
    batch: RecordTexts,
    { scores, reasons }: Found,
    show: (record: string) => string,
  ): Promise<void> {
    const lines = [this.#header]
    this.#header = ''
    for (const [index, record] of batch.records.entries()) {
      const reason = reasons.get(index)
      const verdict = reason === undefined ? 'false,' : `true,${reason}`
      lines.push(`${show(record)},${shortNumber(scores[index] ?? Number.NaN)},${verdict}\n`)
    }
    const bytes = Buffer.from(lines.join(''))
    await writeFully(new At(this.#file, this.#written), bytes, basename(this.#target))
    this.#written += bytes.length
    this.#next = batch.next
    this.rows = batch.next.row
    this.flagged += reasons.size
    this.setAside += batch.setAside.length
    if (performance.now() - this.#kept >= keepMilliseconds) await this.keep()
  }

  async keep(): Promise<void> {
    if (this.#written === 0) return
    await this.#file.sync()
    const { flagged, setAside } = this
    await keepProgress(this.#target, {
      ...{ version: 1, key: this.#key, flagged, setAside, written: this.#written },
      ...this.#next,
    })
    this.#kept = performance.now()
  }

  async finish(): Promise<ExportedFile> {
    await this.#file.sync()
    await rename(partPath(this.#target), this.#target)
    await forgetProgress(this.#target)
    return { name: basename(this.#target), path: this.#target, rows: this.rows, bytes: this.#written }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** Writes from one place of a file on. */
class At {
  readonly #file: FileHandle
  #place: number

  constructor(file: FileHandle, place: number) {
    this.#file = file
    this.#place = place
  }

  async write(bytes: Uint8Array, offset: number, length: number) {
    const found = await this.#file.write(bytes, offset, length, this.#place)
    this.#place += found.bytesWritten
    return found
  }
}
