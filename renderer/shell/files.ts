import { Failure } from '../../src/contract/failure.ts'
import type { DesktopHost } from '../../src/contract/host.ts'

/** A file as the import takes it. */
interface TakenFile {
  readonly name: string
  readonly blob: Blob
  readonly path: string | null
}

/** A chosen or dropped file, with its path where the desktop knows it. */
export function takenFile(file: File, host: DesktopHost | undefined): TakenFile {
  return { name: file.name, blob: file, path: host?.pathForFile(file) ?? null }
}

/** The one file of a drop. Throws Failure where there is none, several, or a folder. */
export function droppedFile(transfer: DataTransfer, host: DesktopHost | undefined): TakenFile {
  const files = [...transfer.files]
  const [first] = files
  if (!first) {
    throw new Failure('bad-request', 'Nothing that was dropped is a file. Drop a .csv, .tsv or .csv.gz file.')
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
  if (files.length > 1) {
    throw new Failure('bad-request', `${files.length} files were dropped. Drop one table at a time.`)
  }
  return takenFile(first, host)
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
