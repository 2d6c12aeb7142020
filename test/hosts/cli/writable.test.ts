import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { refuseUnwritable } from '../../../src/hosts/cli/writable.ts'

const folder = mkdtempSync(join(tmpdir(), 'residual-writable-'))
writeFileSync(join(folder, 'file.csv'), 'kept')
mkdirSync(join(folder, 'sub'))
symlinkSync('circle', join(folder, 'circle'))
afterAll(() => rmSync(folder, { recursive: true }))

const check = (name: string) => refuseUnwritable('--out', join(folder, name))

describe('refuseUnwritable', () => {
  it.each(['new.csv', 'file.csv', 'sub/new.csv', 'not/yet/there.csv'])(
    'takes %s and leaves nothing behind',
    async (name) => {
      const before = readdirSync(folder, { recursive: true })
      await check(name)
      expect(readdirSync(folder, { recursive: true })).toEqual(before)
    },
  )

  it.each([
    ['sub', 'this is a folder'],
    ['file.csv/x.csv', 'file.csv is a file, not a folder'],
    ['file.csv/deeper/x.csv', 'file.csv is a file, not a folder'],
    [`${'x'.repeat(300)}.csv`, 'the name is too long'],
    ['circle', 'its links lead in a circle'],
    ['circle/x.csv', 'its links lead in a circle'],
  ])('refuses %s in a sentence of its own', async (name, sentence) => {
    const refused = check(name)
    await expect(refused).rejects.toThrow(sentence)
    await expect(refused).rejects.toThrow(/^--out .*Name another file to write\.$/)
    await expect(refused).rejects.not.toThrow(/E[A-Z]{4,}/)
    await expect(refused).rejects.toMatchObject({ code: 'disk' })
  })

  it('takes a name that ends like a folder for a folder', async () => {
    await expect(refuseUnwritable('--out', `${folder}/new/`)).rejects.toThrow('this names a folder')
  })

  it.skipIf(process.platform === 'win32')('refuses what is not a file at all', async () => {
    await expect(refuseUnwritable('--out', '/dev/null')).rejects.toThrow('not a regular file')
  })

  it.skipIf(process.platform !== 'linux')('tries it out where permissions do not tell', async () => {
    await expect(refuseUnwritable('--out', '/proc/none/x.csv')).rejects.toThrow(
      'no file can be made in /proc',
    )
  })
})
