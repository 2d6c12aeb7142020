import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namedFile } from '../../electron/namedFile.ts'

describe('the file named on the command line', () => {
  it.each([
    [undefined, undefined],
    ['/data/a.csv', '/data/a.csv'],
    ['a.csv', resolve('a.csv')],
    ['file:///data/two%20words.csv', '/data/two words.csv'],
    ['file://elsewhere/a.csv', undefined],
    ['file:///data/%2Fa.csv', undefined],
  ])('%s is %s', (name, path) => expect(namedFile(name)).toBe(path))
})
