// Headers, and what stands above them.

import { type HostileFile, table } from './hostileFile.ts'

const body = (width: number) => (index: number) =>
  Array.from({ length: width }, (_, column) =>
    column === 0 ? `${index}.5` : `w${(index + column) % 4}`,
  ).join(',')

const headers: readonly HostileFile[] = [
  {
    name: 'duplicate-names.csv',
    what: 'two columns of one name',
    content: () => table('a,a,a', 40, body(3)),
    types: { a: 'number', a_2: 'category', a_3: 'category' },
  },
  {
    name: 'blank-names.csv',
    what: 'names left out',
    content: () => table('a,,', 40, body(3)),
    types: { 'column 2': 'category', 'column 3': 'category' },
  },
  {
    name: 'proto-names.csv',
    what: '`__proto__`, `constructor` and `toString` as names',
    content: () => table('__proto__,constructor,toString', 40, body(3)),
    types: { __proto___: 'number', constructor_: 'category', toString_: 'category' },
  },
  {
    name: 'long-name.csv',
    what: 'a name of 5,000 characters',
    content: () => table(`a,${'b'.repeat(5000)}`, 40, body(2)),
    types: { ['b'.repeat(200)]: 'category' },
  },
  {
    name: 'names-with-breaks.csv',
    what: 'tabs and spaces inside names',
    content: () => table('a,"b \t  c"', 40, body(2)),
    types: { 'b c': 'category' },
  },
  {
    name: 'sql-name.csv',
    what: 'SQL as a name',
    content: () => table('"a""; DROP TABLE data; --",b', 40, body(2)),
    types: { 'a"; DROP TABLE data; --': 'number' },
  },
  {
    name: 'no-header.csv',
    what: 'no header',
    content: () => table('0.5,w0', 40, body(2)),
    header: false,
    types: { 'column 1': 'number' },
  },
  {
    name: 'no-header-chosen.csv',
    what: 'the first row is data, chosen by hand',
    content: () => table('x,y', 40, (index) => `a${index % 5},b${index % 3}`),
    header: false,
    dialect: { hasHeader: false },
  },
  {
    name: 'numbers-as-names.csv',
    what: 'years as names',
    content: () => table('name,2020,2021', 40, (index) => `w${index % 4},${index}.5,${(index * 7) % 40}.25`),
    dialect: { hasHeader: true },
    types: { '2020': 'number', '2021': 'number' },
  },
  {
    name: 'emoji-names.csv',
    what: 'names beyond the Latin alphabet',
    content: () => table('größe,価格🙂', 40, body(2)),
    types: { größe: 'number', '価格🙂': 'category' },
  },
  {
    name: 'blank-header-line.csv',
    gap: 'a header of blanks',
    what: 'a header of blanks only',
    content: () => table(',', 40, body(2)),
  },
]

const above = (lines: string) => () =>
  `${lines}${table('amount,word,place', 40, (index) => `${index}.5,w${index % 4},p${index % 3}`)}`

const preambles: readonly HostileFile[] = [
  {
    name: 'one-line-above.csv',
    what: 'a title above the header',
    content: above('Report of May\n'),
    preamble: 1,
    types: { amount: 'number' },
  },
  {
    name: 'comments-above.csv',
    what: 'comments above the header',
    content: above('# by station 7\n# in May\n'),
    preamble: 2,
    types: { amount: 'number' },
  },
  {
    name: 'comments-with-commas-above.csv',
    what: 'comments with delimiters above the header',
    content: above('# by station 7, in May\n# a, b\n'),
    preamble: 2,
    types: { amount: 'number' },
  },
  {
    name: 'wide-comment-above.csv',
    gap: 'lines above as wide as the table',
    what: 'a comment as wide as the table',
    content: above('# station 7, in May, again\n'),
    preamble: 1,
    types: { amount: 'number' },
  },
  {
    name: 'half-wide-above.csv',
    gap: 'lines above as wide as the table',
    what: 'a title with an empty cell behind it',
    content: above('Report from,\n'),
    preamble: 1,
    types: { amount: 'number' },
  },
  {
    name: 'padded-title-above.csv',
    gap: 'lines above as wide as the table',
    what: 'a title padded to the width of the table, as spreadsheets do',
    content: above('Report of May,,\n,,\n'),
    preamble: 2,
    types: { amount: 'number' },
  },
  {
    name: 'sep-line.csv',
    gap: 'the line that names the delimiter',
    what: '`sep=,` above the header, as Excel has it',
    content: above('sep=,\n'),
    preamble: 1,
    types: { amount: 'number' },
  },
  {
    name: 'sep-semicolon.csv',
    gap: 'the line that names the delimiter',
    what: '`sep=;` above the header',
    content: () => above('sep=,\n')().replaceAll(',', ';'),
    preamble: 1,
    types: { amount: 'number' },
  },
  {
    name: 'key-values-above.csv',
    what: 'twenty lines of keys and values above',
    content: above(Array.from({ length: 20 }, (_, index) => `key ${index}: value\n`).join('')),
    preamble: 20,
    types: { amount: 'number' },
  },
  {
    name: 'skip-chosen.csv',
    what: 'three lines skipped by hand',
    content: above('a,b,c\nd,e,f\ng,h,i\n'),
    dialect: { skipLines: 3 },
    preamble: 3,
    types: { amount: 'number' },
  },
]

export const naming: readonly HostileFile[] = [...headers, ...preambles]
