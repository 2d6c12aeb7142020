import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

describe.each(['README.md', 'ARCHITECTURE.md'])('%s', (name) => {
  const text = readFileSync(join(root, name), 'utf8')

  it('has no gaps left to fill', () => {
    expect(text.match(/\{\{.*?\}\}|TODO|TBD/g)).toBeNull()
  })

  it('names only files and scripts that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '')
    const paths = [...text.matchAll(/`((?:src|test|bench|electron|renderer|resources)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? '',
    )
    expect([...links, ...paths].filter((path) => !existsSync(join(root, path)))).toEqual([])
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map((match) => match[1] ?? '')
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([])
  })
})
