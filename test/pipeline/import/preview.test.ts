import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { previewFile } from '../../../src/pipeline/import/preview.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

const preview = (content: string | Uint8Array, dialect = {}) =>
  previewFile({ path: project.write('table.csv', content), fileName: 'table.csv', dialect })

describe('previewFile', () => {
  it('shows the dialect found, the columns and the first rows as text', async () => {
    const text = 'when;price;label\n01.02.2024;1,50;0\n02.02.2024;2,75;1\n'
    expect(await preview(text)).toEqual({
      fileName: 'table.csv',
      format: 'text',
      bytes: text.length,
      dialect: {
        encoding: 'utf-8',
        delimiter: ';',
        quote: '"',
        hasHeader: true,
        decimalMark: ',',
        skipLines: 0,
        missingMarks: expect.arrayContaining(['', 'NA', '?']),
      },
      detected: ['encoding', 'delimiter', 'quote', 'hasHeader', 'decimalMark', 'skipLines', 'missingMarks'],
      columns: [
        { name: 'when', type: 'date-time', role: 'feature' },
        { name: 'price', type: 'number', role: 'feature' },
        { name: 'label', type: 'number', role: 'label' },
      ],
      rows: [
        ['01.02.2024', '1,50', '0'],
        ['02.02.2024', '2,75', '1'],
      ],
      complaints: [],
    })
  })

  it('takes what the person chose and tells what it still found', async () => {
    const shown = await preview('a;b\n1;2\n', { delimiter: ',', hasHeader: false })
    expect(shown.rows).toEqual([['a;b'], ['1;2']])
    expect(shown.detected).not.toContain('delimiter')
    expect(shown.detected).toContain('quote')
  })

  it('names the physical lines that it complains about', async () => {
    const shown = await preview('# made\na,b\n1,"x\ny"\n2\n3,z\n4,"q" r\n5,w\n')
    expect(shown.rows.map(([first]) => first)).toEqual(expect.arrayContaining(['1', '3', '5']))
    expect(shown.complaints.map(({ line, kind }) => ({ line, kind }))).toEqual([
      { line: 5, kind: 'ragged' },
      { line: 7, kind: 'quote' },
    ])
  })

  it('shows at most 100 rows, from packed files too', async () => {
    const shown = await preview(gzipSync(`a,b\n${'1.5,x\n'.repeat(100_000)}`))
    expect(shown.rows).toHaveLength(100)
    expect(shown.columns.map(({ type }) => type)).toEqual(['number', 'category'])
  })

  it('shows the head of a packed file that was cut short', async () => {
    const whole = gzipSync(`a,b\n${Array.from({ length: 50_000 }, (_, row) => `${row * 1.5},x\n`).join('')}`)
    expect((await preview(whole.subarray(0, whole.length / 2))).rows).toHaveLength(100)
  })
})
