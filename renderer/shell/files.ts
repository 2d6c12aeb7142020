import { Failure } from '../../src/contract/failure.ts'
import type { DesktopHost } from '../../src/contract/host.ts'

/** A file as the page takes it. */
export interface TakenFile {
  readonly name: string
  readonly blob: Blob
  readonly path: string | null
}

/** A chosen or dropped file, with its path where the desktop knows it. */
export function takenFile(file: File, host: DesktopHost | undefined): TakenFile {
  return { name: file.name, blob: file, path: host?.pathForFile(file) ?? null }
}

/** Whether a file is a model by its name; everything else is read as a table. */
export const isModelFile = (name: string): boolean => /\.onnx$/i.test(name)

/** What a drop brought: a table, a model, or one of each. */
export interface Dropped {
  readonly table: TakenFile | null
  readonly model: TakenFile | null
}

/** The files of a drop. Throws Failure where there is none, two of a kind, or a folder. */
export function droppedFiles(transfer: DataTransfer, host: DesktopHost | undefined): Dropped {
  const files = [...transfer.files]
  const [first] = files
  if (!first) {
    throw new Failure(
      'bad-request',
      'Nothing that was dropped is a file. Drop a .csv, .tsv, .parquet, .json or .jsonl file, or an .onnx model.',
    )
  }
  const folder = [...transfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)
  if (folder) {
    throw new Failure(
      'unreadable-file',
      `${first.name} is a folder. Open it and drop one of the tables in it.`,
      {
        file: first.name,
      },
    )
  }
  const models = files.filter((file) => isModelFile(file.name))
  const tables = files.filter((file) => !isModelFile(file.name))
  if (models.length > 1 || tables.length > 1) {
    throw new Failure(
      'bad-request',
      `${files.length} files were dropped. Drop one table at a time, and one model.`,
    )
  }
  const taken = (file: File | undefined) => (file ? takenFile(file, host) : null)
  return { table: taken(tables[0]), model: taken(models[0]) }
}

/** Pasted cells as a file. */
export function pastedFile(text: string): TakenFile {
  return { name: 'Pasted table.csv', blob: new Blob([text], { type: 'text/csv' }), path: null }
}

/** Whether pastes and undo belong to the element rather than to the window. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input:not([type=file], [type=radio]), textarea')
}

/** Whether letters and digits belong to the element: a list takes them to find a choice. */
export function takesLetters(target: EventTarget | null): boolean {
  return takesText(target) || (target instanceof HTMLElement && target.matches('select'))
}
