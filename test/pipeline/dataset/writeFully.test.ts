import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listDatasets } from '../../../src/pipeline/dataset/store.ts'
import { writeFully } from '../../../src/pipeline/dataset/writeFully.ts'
import { exportRows } from '../../../src/pipeline/export/exportRows.ts'
import { TestProject } from '../project.ts'

/** Takes at most `share` bytes at a time and `capacity` in all, as a file on a full disk does. */
function shortFile(share: number, capacity = Number.POSITIVE_INFINITY) {
  const taken: number[] = []
  return {
    taken,
    write: async (bytes: Uint8Array, offset: number, length: number) => {
      const bytesWritten = Math.min(share, length, capacity - taken.length)
      if (bytesWritten <= 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      taken.push(...bytes.subarray(offset, offset + bytesWritten))
      return { bytesWritten }
    },
  }
}

describe('writeFully', () => {
  it('goes on after a short write until everything is written', async () => {
    const file = shortFile(7)
    await writeFully(file, Buffer.from('a sentence longer than seven bytes'), 'x')
    expect(Buffer.from(file.taken).toString()).toBe('a sentence longer than seven bytes')
  })

  it('calls a disk that fills up half way a full disk', async () => {
    const attempt = writeFully(shortFile(1000, 10), Buffer.alloc(25), 'out.csv')
    await expect(attempt).rejects.toMatchObject({
      code: 'disk',
      message:
        'The disk is full, so out.csv cannot be written. Free some space, or choose a folder on another disk.',
    })
  })
})

/** A folder with 256 KiB of space; null where the system does not let this user make one. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'residual-small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmSync(folder, { recursive: true })
    return null
  }
}

const disk = smallDisk()
afterAll(() => {
  if (disk === null) return
  execFileSync('umount', [disk])
  rmSync(disk, { recursive: true })
})

describe.skipIf(disk === null)('a full disk (skipped where a small one cannot be mounted)', () => {
  const folder = disk ?? ''
  const lines = Array.from({ length: 30_000 }, (_, row) => `${row},${row % 7}\n`).join('')

  it('takes what fits and then refuses', async () => {
    const file = await open(join(folder, 'direct'), 'w')
    await expect(writeFully(file, Buffer.alloc(300_000, 65), 'direct')).rejects.toMatchObject({
      code: 'disk',
    })
    await file.close()
    rmSync(join(folder, 'direct'))
  })

  it('refuses an import and an export with a sentence, and leaves nothing', async () => {
    const project = await TestProject.open()
    const refused = {
      code: 'disk',
      message: expect.stringMatching(/^The disk is full, so .*Free some space/),
    }
    for (const text of [`a,b\n${lines}${lines}`, `a,b\n1\n${lines.slice(0, 160_000)}`]) {
      const attempt = project.importText(text, { sourceFolder: folder })
      await expect(attempt).rejects.toMatchObject(refused)
      expect(readdirSync(folder)).toEqual([])
    }
    expect(await listDatasets(project.database)).toEqual([])
    const dataset = await project.importText(`a,b\n${lines}`)
    const rows = Array.from({ length: 30_000 }, (_, row) => {
      return { row, score: 0.5, rank: 1, flagged: false, topColumns: ['a'] }
    })
    const attempt = exportRows({
      database: project.database,
      format: 'csv',
      dataset,
      sourceFolder: project.sources,
      path: join(folder, 'out.csv'),
      rows,
      neutraliseFormulas: false,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    })
    await expect(attempt).rejects.toMatchObject(refused)
    expect(readdirSync(folder)).toEqual([])
    await project.close()
  })
})
