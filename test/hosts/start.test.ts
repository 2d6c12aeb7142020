import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const script = resolve(import.meta.dirname, '../../src/hosts/start.mjs')
const folder = mkdtempSync(join(tmpdir(), 'residual-start-'))
afterAll(() => rmSync(folder, { recursive: true }))

function start(...words: string[]) {
  const env = { ...process.env, INIT_CWD: folder }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], {
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('npm start', () => {
  it('says that a file is missing, by the name seen from where the person stood', () => {
    expect(start('none.csv')).toEqual({
      status: 1,
      stdout: '',
      stderr: `There is no file ${join(folder, 'none.csv')}. Check the name and try again.\n`,
    })
  })

  it.each([
    [['--port', '70000'], '--port 70000 is not a port'],
    [['--port', 'x'], '--port x is not a port'],
    [['a.csv', 'b.csv'], 'Name one file at most'],
    [['--project', ''], '--project needs a name'],
    [['--colour'], "Unknown option '--colour'"],
  ])('refuses %j', (words, sentence) => {
    const { status, stderr } = start(...words)
    expect([status, stderr.includes(sentence)]).toEqual([2, true])
  })

  it('explains itself', () => {
    expect(start('--help').stdout).toContain('npm start -- [FILE] [--project DIR]')
  })
})
