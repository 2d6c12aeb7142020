// Lines, delimiters, quotes: how a text falls into rows and cells.

import { type HostileFile, table, tableWith } from './hostileFile.ts'

const ends = { LF: '\n', CRLF: '\r\n', CR: '\r' } as const
const delimiters = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
  colon: ':',
  caret: '^',
  tilde: '~',
} as const
const found = ['comma', 'semicolon', 'tab', 'pipe']

const grid: readonly HostileFile[] = Object.entries(delimiters).flatMap(([delimiterName, delimiter]) =>
  Object.entries(ends).map(
    ([endName, end]): HostileFile => ({
      name: `${delimiterName}-${endName.toLowerCase()}.csv`,
      what: `${delimiterName} as delimiter${found.includes(delimiterName) ? '' : ', chosen by hand'}, ${endName} as line end`,
      content: () =>
        table(
          ['amount', 'word'].join(delimiter),
          40,
          (index) => `${index}.5${delimiter}w${index % 4}`,
        ).replaceAll('\n', end),
      ...(found.includes(delimiterName) ? {} : { dialect: { delimiter } }),
      types: { amount: 'number', word: 'category' },
      silent: true,
    }),
  ),
)

const lines: readonly HostileFile[] = [
  {
    name: 'mixed-ends.csv',
    what: 'LF, CRLF and CR by turns',
    content: () =>
      table('amount,word', 60, (index) => `${index}.5,w${index % 3}`)
        .split('\n')
        .map((line, index) => line + (['\n', '\r\n', '\r'][index % 3] ?? ''))
        .join('')
        .trimEnd(),
  },
  {
    name: 'no-last-end.csv',
    what: 'no line end after the last row',
    content: () => table('amount,word', 40, (index) => `${index}.5,w${index % 3}`).trimEnd(),
  },
  { name: 'blank-lines.csv', what: 'blank lines between rows', content: () => tableWith('\n\n\n') },
  {
    name: 'lines-of-spaces.csv',
    what: 'lines of spaces and tabs',
    content: () => tableWith('   \n\t\n \t '),
  },
  {
    name: 'blank-lines-at-the-end.csv',
    what: 'fifty blank lines at the end',
    content: () => tableWith('') + '\n'.repeat(50),
  },
  {
    name: 'blank-lines-first.csv',
    what: 'blank lines before the header',
    content: () => `\n\n\n${tableWith('7,w1')}`,
  },
  {
    name: 'one-column.csv',
    what: 'a single column',
    content: () => table('amount', 40, (index) => `${index}.5`),
  },
  { name: 'one-row.csv', what: 'a single row', content: () => 'amount,word\n1.5,w1\n', issue: /single row/ },
  {
    name: 'trailing-delimiter.csv',
    what: 'a delimiter at the end of every line',
    content: () => table('amount,word,', 40, (index) => `${index}.5,w${index % 3},`),
  },
  {
    name: 'trailing-delimiter-in-rows.csv',
    what: 'a delimiter at the end of every row, but not of the header',
    content: () => table('amount,word', 40, (index) => `${index}.5,w${index % 3},`),
  },
]

const ragged: readonly HostileFile[] = [
  {
    name: 'short-row.csv',
    what: 'a row with a cell too few',
    content: () => tableWith('7'),
    quarantined: 1,
    issue: /^Line 22: 1 cell where/,
  },
  {
    name: 'long-row.csv',
    what: 'a row with a cell too many',
    content: () => tableWith('7,w1,more'),
    quarantined: 1,
    issue: /^Line 22: 3 cells where/,
  },
  {
    name: 'short-row-on-line-3.csv',
    what: 'a short row right at the top',
    content: () => tableWith('7', 1),
    quarantined: 1,
  },
  {
    name: 'many-ragged.csv',
    what: 'every fifth row too long',
    content: () => table('a,b', 100, (index) => (index % 5 === 4 ? '1,2,3' : '1.5,2')),
    quarantined: 20,
  },
  {
    name: 'comment-between.csv',
    what: 'a comment line between rows',
    content: () => tableWith('# measured again'),
    quarantined: 1,
  },
  {
    name: 'footer.csv',
    what: 'a footer of one cell',
    content: () => `${tableWith('7,w1')}Total: 61 rows\n`,
    quarantined: 1,
  },
  {
    name: 'two-tables.csv',
    what: 'a second table of another width below',
    content: () => `${tableWith('7,w1')}\na,b,c\n1,2,3\n4,5,6\n`,
    quarantined: 3,
  },
  {
    name: 'header-longer.csv',
    what: 'a header with names for columns that are not there',
    content: () => table('a,b,c,d', 40, (index) => `${index}.5,2`),
    issue: /header has 4 names/,
  },
  {
    name: 'header-shorter.csv',
    gap: 'a header that is shorter than its rows',
    what: 'a header with a name too few',
    content: () => table('a', 40, (index) => `${index}.5,2`),
    issue: /header has 1 names/,
  },
]

const quoting: readonly HostileFile[] = [
  {
    name: 'quoted-all.csv',
    what: 'every cell quoted',
    content: () => table('"amount","word"', 40, (index) => `"${index}.5","w${index % 3}"`),
    types: { amount: 'number' },
    silent: true,
  },
  {
    name: 'doubled-quotes.csv',
    what: 'doubled quotes inside cells',
    content: () => table('amount,word', 40, (index) => `${index}.5,"say ""w${index % 3}"""`),
    silent: true,
  },
  {
    name: 'delimiters-in-cells.csv',
    what: 'delimiters inside quoted cells',
    content: () => table('amount,word', 40, (index) => `${index}.5,"a,b,${index % 3}"`),
    silent: true,
  },
  {
    name: 'breaks-in-cells.csv',
    what: 'line breaks inside quoted cells',
    content: () => table('amount,word', 40, (index) => `${index}.5,"a\nb${index % 3}"`),
    breaks: 40,
    silent: true,
  },
  {
    name: 'break-in-header.csv',
    what: 'a line break inside a name',
    content: () => table('amount,"a\nword"', 40, (index) => `${index}.5,w${index % 3}`),
    breaks: 1,
  },
  {
    name: 'unclosed-quote.csv',
    what: 'a quote that never closes',
    content: () => tableWith('7,"open'),
    quarantined: 1,
    issue: /^Line 22: a quoted cell is not closed/,
  },
  {
    name: 'unclosed-quote-last.csv',
    what: 'a quote that never closes in the last row',
    content: () => `${tableWith('8,w1')}7,"open\n`,
    quarantined: 1,
  },
  {
    name: 'three-unclosed-quotes.csv',
    what: 'three quotes that never close',
    content: () => tableWith('7,"a\n7,w1\n7,"b"c\n7,"d'),
    quarantined: 3,
  },
  {
    name: 'text-after-quote.csv',
    what: 'text behind a closing quote',
    content: () => tableWith('7,"a" b'),
    quarantined: 1,
  },
  {
    name: 'quote-in-cell.csv',
    what: 'a quote inside an unquoted cell (5" pipe)',
    content: () => tableWith('7,5" pipe'),
  },
  {
    name: 'backslash-quote.csv',
    what: 'one quote escaped with a backslash',
    content: () => tableWith('7,"a \\" b"'),
    quarantined: 1,
  },
  {
    name: 'single-quotes.csv',
    what: 'single quotes around cells',
    content: () => table("'amount','word'", 40, (index) => `'${index}.5','w,${index % 3}'`),
  },
  {
    name: 'empty-quoted.csv',
    what: 'empty quoted cells',
    content: () => table('amount,word', 40, (index) => `${index % 2 ? '""' : '1.5'},"w${index % 3}"`),
    types: { amount: 'constant' },
  },
  {
    name: 'spaces-around.csv',
    what: 'spaces around cells',
    content: () => table('amount , word', 40, (index) => ` ${index}.5 ,  w${index % 3} `),
    types: { amount: 'number', word: 'category' },
  },
  {
    name: 'spaces-before-quotes.csv',
    what: 'spaces before quotes',
    content: () => table('amount, "word"', 40, (index) => `${index}.5, "w${index % 3}"`),
  },
  {
    name: 'no-quotes-chosen.csv',
    what: 'quotes as plain characters, chosen by hand',
    content: () => tableWith('7,"open'),
    dialect: { quote: '' },
  },
]

export const cutting: readonly HostileFile[] = [...grid, ...lines, ...ragged, ...quoting]
