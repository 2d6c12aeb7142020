import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sameFile } from '../../../src/hosts/cli/sameFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'residual-same-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
mkdirSync(at('real'))
writeFileSync(at('real/a.csv'), 'x')
writeFileSync(at('real/b.csv'), 'x')
symlinkSync(at('real'), at('linked'))
symlinkSync('real/a.csv', at('link.csv'))
linkSync(at('real/a.csv'), at('hard.csv'))
symlinkSync('real/new.csv', at('dangling.csv'))
symlinkSync('missing/../circle.csv', at('circle.csv'))

describe('two paths', () => {
  it.each([
    ['real/a.csv', 'real/../real/a.csv'],
    ['real/a.csv', 'linked/a.csv'],
    ['real/a.csv', 'link.csv'],
    ['real/a.csv', 'hard.csv'],
    ['real/new.csv', 'linked/new.csv'],
    ['real/new.csv', 'dangling.csv'],
    ['real/none/new.csv', 'linked/none/new.csv'],
    ['circle.csv', 'circle.csv'],
  ])('are the same file: %s and %s', async (one, other) => {
    expect(await sameFile(at(one), at(other))).toBe(true)
    expect(await sameFile(relative('.', at(other)), at(one))).toBe(true)
  })

  it.each([
    ['real/a.csv', 'real/b.csv'],
    ['real/a.csv', 'real/new.csv'],
    ['real/new.csv', 'new.csv'],
    ['circle.csv', 'real/a.csv'],
  ])('are two files: %s and %s', async (one, other) => {
    expect(await sameFile(at(one), at(other))).toBe(false)
  })
})
