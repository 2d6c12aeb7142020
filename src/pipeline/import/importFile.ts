import { rename, rm } from 'node:fs/promises'
import { Failure } from '../../contract/failure.ts'
import type { Dataset } from '../../contract/records.ts'
import { cleanPath, sourcePath } from '../dataset/layout.ts'
import { makeFolder } from '../dataset/makeFolder.ts'
import { ensureSchema } from '../dataset/store.ts'
import { type CheckedSource, checkSource, openSource } from './checkSource.ts'
import { writeCleanCopy } from './cleanCopy.ts'
import type { ImportInput } from './importInput.ts'
import { type ReadAhead, readAhead } from './readAhead.ts'
import { storeTable } from './storeTable.ts'

/**
 * Imports a whole file: keeps its text, finds its records, loads them typed, checks that every line is accounted
 * for, and commits table and record together. Throws a Failure naming file, line and remedy; after a failure or
 * a cancel (AbortError) nothing of it is left.
 */
export async function importFile(input: ImportInput): Promise<Dataset> {
  const { database, sourceFolder, datasetId, signal } = input
  signal.throwIfAborted()
  await ensureSchema(database)
  await makeFolder(sourceFolder)
  const finalPath = sourcePath(sourceFolder, datasetId)
  const finalClean = cleanPath(sourceFolder, datasetId)
  const part = `${finalPath}.part`
  const cleanPart = `${finalClean}.part`
  let dataset: Dataset
  let ahead: ReadAhead | null = null
  try {
    const opened = await openSource(input)
    ahead = await readAhead(input, opened)
    const checked = await checkSource(input, opened, part)
    refuseLostRows(input, checked)
    if (checked.needsCleanCopy) {
      input.onProgress('Setting unusable lines aside', null)
      await writeCleanCopy(part, cleanPart, checked.shape, signal)
    }
    dataset = await storeTable(
      input,
      checked,
      checked.needsCleanCopy ? cleanPart : part,
      part,
      ahead,
      async () => {
        // Before the commit: files without a record are swept up, a record without its files would be broken.
        await rename(part, finalPath)
        if (checked.needsCleanCopy) await rename(cleanPart, finalClean)
      },
    )
  } catch (error) {
    for (const path of [part, cleanPart, finalPath, finalClean]) {
      // A second failure must not hide the first; leftovers are swept up when the project opens.
      await rm(path, { force: true }).catch(() => undefined)
    }
    throw signal.aborted ? signal.reason : error
  } finally {
    await ahead?.close()
  }
  // Committed: from here on nothing may take the kept text away again.
  await database.checkpoint()
  return dataset
}

/** A table written out as text must have as many rows as the file that it was written from. */
function refuseLostRows({ original, fileName }: ImportInput, { totals }: CheckedSource): void {
  const found = totals.rows + totals.problems
  if (original === undefined || found === original.rows) return
  throw new Failure(
    'unreadable-file',
    `${fileName} has ${original.rows} rows but ${found} could be counted, so nothing was imported. Export the table as CSV and import that.`,
    { counted: original.rows, read: found },
  )
}

export type { ImportInput }
