import { basename, isAbsolute, join } from 'node:path'
import { app, type BrowserWindow, dialog, ipcMain, shell } from 'electron'
import type { Job } from '../src/contract/records.ts'
import { channels } from './channels.ts'
import { isFromPage } from './guards.ts'

/** The file dialogs, and the list of files that may be shown in the system's file browser. */
export function createFiles(currentWindow: () => BrowserWindow | null) {
  const handedOut = new Set<string>()

  async function chooseSaveFile(suggestedName: string): Promise<string | null> {
    const window = currentWindow()
    if (window === null) return null
    // A name, never a path: the page must not choose the folder.
    const name = basename(suggestedName.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_')).slice(0, 200) || 'export.csv'
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: join(app.getPath('documents'), name),
      filters: [filterFor(name)],
    })
    if (canceled || !filePath) return null
    handedOut.add(filePath)
    return filePath
  }

  return {
    chooseSaveFile,
    async chooseOpenFile(): Promise<string | null> {
      const window = currentWindow()
      if (window === null) return null
      const { filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openFile'],
        filters: [
          {
            name: 'Tables and models',
            extensions: ['csv', 'tsv', 'txt', 'gz', 'parquet', 'json', 'jsonl', 'ndjson', 'onnx'],
          },
          { name: 'All files', extensions: ['*'] },
        ],
      })
      return filePaths[0] ?? null
    },
    /** Files that exports wrote may be shown too. */
    sawJob({ status }: Job): void {
      if (status.state === 'done' && status.result.kind === 'export') handedOut.add(status.result.file.path)
    },
    /** Answers the page; any other sender, and any odd input, is refused. */
    listen(): void {
      ipcMain.handle(channels.chooseSaveFile, (event, suggestedName: unknown) => {
        if (!isFromPage(event) || typeof suggestedName !== 'string') throw new Error('Refused.')
        return chooseSaveFile(suggestedName)
      })
      ipcMain.handle(channels.showInFolder, (event, path: unknown) => {
        if (!isFromPage(event) || typeof path !== 'string') throw new Error('Refused.')
        if (!isAbsolute(path) || !handedOut.has(path))
          throw new Error('Only files that Residual wrote are shown.')
        shell.showItemInFolder(path)
      })
    },
  }
}

/** The kind of file that a name stands for, as the save dialog puts it. */
const rowFormats: Readonly<Record<string, Electron.FileFilter>> = {
  tsv: { name: 'TSV', extensions: ['tsv'] },
  jsonl: { name: 'JSON Lines', extensions: ['jsonl'] },
  parquet: { name: 'Parquet', extensions: ['parquet'] },
  xlsx: { name: 'Excel workbook', extensions: ['xlsx'] },
}

function filterFor(name: string): Electron.FileFilter {
  if (/\.onnx$/i.test(name)) return { name: 'ONNX model', extensions: ['onnx'] }
  if (/\.zip$/i.test(name)) return { name: 'Zip archive', extensions: ['zip'] }
  const [, ending = ''] = /\.(tsv|jsonl|parquet|xlsx)$/i.exec(name) ?? []
  return rowFormats[ending.toLowerCase()] ?? { name: 'CSV', extensions: ['csv'] }
}
