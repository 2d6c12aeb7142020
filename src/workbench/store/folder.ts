import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Failure } from '../../contract/failure.ts'
import { makeFolder } from '../../pipeline/dataset/makeFolder.ts'

/** Where the parts of a project lie. A project is one folder. */
export interface ProjectFolder {
  readonly root: string
  readonly name: string
  readonly database: string
  /** The decoded text of every imported table, so that exports give back the original cells. */
  readonly sources: string
  readonly runs: string
  /** Models from files. */
  readonly models: string
  readonly exports: string
  /** Uploads and spilled sorts; emptied whenever the project is opened. */
  readonly temporary: string
}

/**
 * Creates what is missing of a project folder and clears its temporary part.
 * @throws Failure `disk` when the folder cannot be made or written
 */
export async function openProjectFolder(root: string): Promise<ProjectFolder> {
  const folder: ProjectFolder = {
    root,
    name: basename(root).replace(/\.residual$/, ''),
    database: join(root, 'project.duckdb'),
    sources: join(root, 'sources'),
    runs: join(root, 'runs'),
    models: join(root, 'models'),
    exports: join(root, 'exports'),
    temporary: join(root, 'temporary'),
  }
  try {
    const { sources, runs, models, exports, temporary } = folder
    for (const part of [root, sources, runs, models, exports, temporary]) {
      await makeFolder(part)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('disk', `The project folder ${root} cannot be used: ${reason}. Choose another folder.`)
  }
  return folder
}

/** Removes leftovers of an earlier process. Call only once the database is ours: it is the project's lock. */
export async function clearLeftovers(folder: ProjectFolder): Promise<void> {
  for (const name of await readdir(folder.temporary)) {
    await rm(join(folder.temporary, name), { recursive: true, force: true })
  }
  // Drafts and halves: a hidden name in these folders is something that was never finished.
  for (const part of [folder.runs, folder.models, folder.exports]) {
    for (const name of await readdir(part)) {
      if (name.startsWith('.')) await rm(join(part, name), { recursive: true, force: true })
    }
  }
}

/** Writes a file whole or not at all: to a temporary name first, then renamed over the old one. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  await writeFile(temporary, content, { flush: true })
  await rename(temporary, path)
}
