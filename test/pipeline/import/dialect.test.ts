import { describe, expect, it } from 'vitest'
import { findDialect } from '../../../src/pipeline/import/dialect.ts'

const dialectOf = (text: string) => findDialect(text, 'utf-8')

describe('findDialect', () => {
  it.each([
    [',', 'a,b,c\n1,2,3\n4,5,6\n'],
    [';', 'a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n'],
    ['\t', 'a\tb\n1,000\tx, y\n2,000\tz\n'],
    ['|', 'name|when\nAda, Countess|10:15\nGrace; Admiral|11:30\n'],
    [',', 'name,note\nx,"a;b;c"\ny,"d;e;f"\nz,"g;h;i"\n'],
    [',', 'only\n1\n2\n3\n'],
  ])('finds the delimiter %j', (delimiter, text) => expect(dialectOf(text).delimiter).toBe(delimiter))

  it('is not led astray by a ragged third line or one that grows late', () => {
    expect(dialectOf(`a,b,c\n1,2,3\n4\n${'5,6,7\n'.repeat(50)}`)).toMatchObject({
      delimiter: ',',
      skipLines: 0,
    })
    expect(dialectOf(`a;b\n${'1;2\n'.repeat(50)}${'1;2;3\n'.repeat(20)}`)).toMatchObject({ delimiter: ';' })
  })

  it.each([
    ['names over numbers', 'x,y\n1,2\n3,4\n', true],
    ['numbers only', '1,2\n3,4\n5,6\n', false],
    ['texts that come again', 'red,big\nblue,big\nred,small\n', false],
    ['texts that do not', 'color,size\nblue,big\nred,small\nblue,small\n', true],
    ['years over prices', 'city,2019,2020\nOslo,1.5,2.5\nRome,3.5,4.5\n', false],
    ['one row of names', 'name,size\n', true],
  ])('decides about a header: %s', (_name, text, hasHeader) =>
    expect(dialectOf(text).hasHeader).toBe(hasHeader),
  )

  it('needs proof of decimal commas, and takes groups of three for thousands', () => {
    expect(dialectOf('a;b\n1,5;x\n2,75;y\n').decimalMark).toBe(',')
    expect(dialectOf('a,b\n"1,234",x\n"2,345",y\n').decimalMark).toBe('.')
    expect(dialectOf('a,b\n"1,25",x\n"2,5",y\n').decimalMark).toBe(',')
    expect(dialectOf('a,b\n1.5,x\n').decimalMark).toBe('.')
  })

  it('counts the physical lines before the table', () => {
    expect(dialectOf('# made by a tool\n# on a day\n\na,b,c\n1,2,3\n4,5,6\n').skipLines).toBe(3)
    expect(dialectOf('Report of May\n\na;b;c;d\n1;2;3;4\n5;6;7;8\n').skipLines).toBe(2)
    expect(dialectOf('a,b\n1,2\n').skipLines).toBe(0)
  })

  it('finds single quotes where they wrap cells', () => {
    expect(dialectOf("a,b\n'x, y',1\n'z, w',2\n")).toMatchObject({ quote: "'", delimiter: ',' })
    expect(dialectOf("a,b\nit's,1\nthat's,2\n").quote).toBe('"')
  })

  it('leaves alone what the person chose', () => {
    const chosen = { delimiter: ';', hasHeader: false, missingMarks: ['x'] }
    expect(findDialect('a,b\n1,2\n', 'utf-8', chosen)).toMatchObject(chosen)
  })
})
