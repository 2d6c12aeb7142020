import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCells, readRowPage } from '../../../src/pipeline/dataset/pages.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

describe('encodings and line ends', () => {
  const expected = [
    ['Größe', 1],
    ['naïve', 2],
    ['plain', 3],
  ]
  const text = 'word,n\nGröße,1\nnaïve,2\nplain,3\n'
  const utf16 = (swap: boolean) => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
    return swap ? bytes.swap16() : bytes
  }
  const cases: [string, string | Uint8Array, string][] = [
    ['UTF-8 with a mark', `\ufeff${text}`, 'utf-8'],
    ['windows-1252', Buffer.from(text, 'latin1'), 'windows-1252'],
    ['UTF-16 little endian', utf16(false), 'utf-16le'],
    ['UTF-16 big endian', utf16(true), 'utf-16be'],
    ['UTF-16 without a mark', utf16(false).subarray(2), 'utf-16le'],
    ['CR line ends', text.replaceAll('\n', '\r'), 'utf-8'],
    ['CRLF line ends', text.replaceAll('\n', '\r\n'), 'utf-8'],
    ['mixed line ends', text.replace('\n', '\r\n'), 'utf-8'],
    ['no line end at the end', text.trimEnd(), 'utf-8'],
    ['blank lines', text.replaceAll('\n', '\n\n'), 'utf-8'],
    ['gzip by content', gzipSync(text), 'utf-8'],
    ['a preamble', `# made by a tool\n\n${text}`, 'utf-8'],
    ['NUL bytes', text.replace('plain', 'pl\0ain'), 'utf-8'],
  ]
  it.each(cases)('%s', async (_name, content, encoding) => {
    const dataset = await project.importText(content)
    expect(dataset.dialect.encoding).toBe(encoding)
    expect(dataset.quarantined).toBe(0)
    expect((await readRowPage(project.database, dataset, { from: 0, to: 9 })).cells).toEqual(expected)
  })

  it('says which line had NUL bytes', async () => {
    const dataset = await project.importText(text.replace('plain', 'pl\0ain'))
    expect(await project.issues(dataset)).toMatchObject([{ line: 4, kind: 'encoding', action: 'kept' }])
  })

  it('finds windows-1252 where the first such byte comes late', async () => {
    const content = Buffer.from(`word,n\n${'plain,1.5\n'.repeat(60_000)}Größe,2\n`, 'latin1')
    const dataset = await project.importText(content)
    expect(dataset.dialect.encoding).toBe('windows-1252')
    expect((await readCells(project.database, dataset, [60_000], ['word'])).cells).toEqual([['Größe']])
  })

  it('keeps a row with a few bytes that are no UTF-8, and names its line', async () => {
    const content = Buffer.concat([
      Buffer.from('word,n\nGröße,1\nx'),
      Buffer.from([0xff]),
      Buffer.from('y,2\nz,3\n'),
    ])
    const dataset = await project.importText(content, { dialect: { encoding: 'utf-8' } })
    expect((await readCells(project.database, dataset, [1], ['word'])).cells).toEqual([['x\ufffdy']])
    expect(await project.issues(dataset)).toMatchObject([{ line: 3, kind: 'encoding', action: 'kept' }])
  })
})
