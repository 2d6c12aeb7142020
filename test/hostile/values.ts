// Cells: numbers, dates and missing values as people write them.

import { columnOf, type HostileFile, table } from './hostileFile.ts'

type Row = readonly [
  name: string,
  what: string,
  cells: readonly string[],
  type: NonNullable<HostileFile['types']>[string],
  issue?: RegExp,
]

const numbers: readonly Row[] = [
  ['decimal-comma', 'decimal commas', ['1,5', '2,25', '-3,125'], 'number'],
  [
    'thousands-comma',
    '1,000.50',
    ['1,000.50', '12', '2,500,000'],
    'number',
    /without separators of thousands/,
  ],
  [
    'thousands-point',
    '1.000,50',
    ['1.000,50', '12,1', '2.500.000'],
    'number',
    /without separators of thousands/,
  ],
  [
    'thousands-space',
    '1 000,50',
    ['1 000,50', '12,1', '2 500 000'],
    'number',
    /without separators of thousands/,
  ],
  [
    'thousands-narrow-space',
    'narrow no-break spaces in thousands',
    ['1\u202f000', '12', '2\u202f500\u202f000'],
    'number',
    /without separators/,
  ],
  [
    'thousands-apostrophe',
    "1'000.50",
    ["1'000.50", '12', "2'500'000"],
    'number',
    /without separators of thousands/,
  ],
  ['indian-groups', '12,34,567', ['12,34,567', '1,00,000', '5'], 'number', /without separators/],
  ['dollars', 'dollars', ['$1,000.50', '-$5', '($7.25)'], 'number', /"\$"/],
  ['euros', 'euros behind the number', ['1.000,50 €', '5 €', '-7,25 €'], 'number', /"€"/],
  ['currency-codes', 'codes of currencies', ['USD 5', 'USD 7.5', 'USD 1,000'], 'number', /"USD"/],
  ['per-cent', 'per cent', ['5%', '7.5 %', '-1%'], 'number', /"%"/],
  ['accounting', 'negative numbers in brackets', ['(5)', '7.5', '(1,000)'], 'number', /without separators/],
  ['trailing-minus', 'a minus behind the number', ['5-', '7.5', '3-'], 'number', /without separators/],
  ['true-minus', 'a typographic minus', ['−5', '7.5', '−3'], 'number', /without separators/],
  ['plus-and-exponent', 'leading plus and exponents', ['+5', '1e3', '-2.5E-4', '.5', '5.'], 'number'],
  ['two-currencies', 'several currencies in one column', ['$5', '€7', '£9'], 'category'],
  ['codes-with-zeros', 'codes with leading zeros', ['00123', '00456', '0789'], 'category', /leading zeros/],
  [
    'beyond-2-53',
    'whole numbers beyond 2^53',
    ['9007199254740993', '9007199254740995', '9007199254740997'],
    'category',
    /more digits than a number keeps/,
  ],
  ['infinities', 'infinities', ['1.5', '2.5', 'inf', '3', '-Infinity', '4'], 'number', /inf/i],
  ['telephones', 'telephone numbers', ['555 123 456', '555 987 654', '555 222 111'], 'category'],
  ['versions', 'versions', ['1.2.3', '1.10.0', '2.0.1'], 'category'],
]

const dates: readonly Row[] = [
  ['iso-days', 'ISO days', ['2024-01-31', '2024-02-01', '2023-12-24'], 'date-time'],
  [
    'iso-offsets',
    'ISO with offsets and without',
    ['2024-01-31T10:00:00+02:00', '2024-02-01 11:00', '2024-01-31T10:00Z'],
    'date-time',
  ],
  ['german-days', '31.01.2024', ['31.01.2024', '01.02.2024', '24.12.2023 10:30'], 'date-time'],
  ['british-days', '31/01/2024', ['31/01/2024', '01/02/2024', '24/12/2023'], 'date-time'],
  ['american-days', '01/31/2024', ['01/31/2024', '02/01/2024', '12/24/2023'], 'date-time'],
  ['american-clock', '01/31/2024 10:30 PM', ['01/31/2024 10:30 PM', '02/01/2024 9:05 AM'], 'date-time'],
  [
    'ambiguous-days',
    'days that could be months',
    ['01/02/2024', '03/04/2024', '05/06/2024'],
    'category',
    /day first or month first/,
  ],
  ['two-digit-years', '31.01.24', ['31.01.24', '01.02.24', '24.12.23'], 'date-time'],
  [
    'ambiguous-short',
    '01-02-03',
    ['01-02-03', '04-05-06', '07-08-09'],
    'category',
    /day first or month first/,
  ],
  ['eight-digits', '20240131', ['20240131', '20240201', '20231224'], 'date-time'],
  ['short-months', '1-Jan-2024', ['1-Jan-2024', '12-Feb-2024', '24-Dec-2023'], 'date-time'],
  [
    'written-months',
    '1 January 2024',
    ['1 January 2024', '12 February 2024', '24 December 2023'],
    'date-time',
  ],
  [
    'written-american',
    'January 1, 2024',
    ['January 1, 2024', 'February 12, 2024', 'December 24, 2023'],
    'date-time',
  ],
  [
    'mail-dates',
    'dates as in mails',
    ['Wed, 31 Jan 2024 10:00:00 +0200', 'Thu, 01 Feb 2024 09:30:00 GMT'],
    'date-time',
  ],
  [
    'epoch-words',
    'the words epoch and infinity among dates',
    [
      ...Array.from({ length: 58 }, (_, index) => `2024-01-${String((index % 28) + 1).padStart(2, '0')}`),
      'epoch',
      'infinity',
    ],
    'date-time',
    /epoch/,
  ],
  [
    'impossible-days',
    '31 February among days',
    [
      ...Array.from({ length: 59 }, (_, index) => `${String((index % 28) + 1).padStart(2, '0')}.01.2024`),
      '31.02.2024',
    ],
    'date-time',
    /31\.02\.2024/,
  ],
]

const marks = ['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '-', '?', '']
const missing: readonly Row[] = [
  ...marks.map(
    (mark, index): Row => [
      `missing-${index + 1}`,
      `${mark === '' ? 'empty cells' : `\`${mark}\``} for no value, in every third row`,
      ['1.5', '2.5', mark],
      'number',
    ],
  ),
  [
    'unknown-mark',
    '-- for no value, in every third row',
    ['1.5', '2.5', '--'],
    'category',
    /"--" is no number/,
  ],
  [
    'sheet-errors',
    '#DIV/0! in every third row',
    ['1.5', '2.5', '#DIV/0!'],
    'category',
    /"#DIV\/0!" is no number/,
  ],
  ['booleans', 'yes and no', ['yes', 'no'], 'category'],
]

const columns = [...numbers, ...dates, ...missing].map(
  ([name, what, cells, type, issue]): HostileFile => ({
    name: `${name}.csv`,
    what,
    content: () => columnOf('cell', cells),
    types: { cell: type },
    ...(issue === undefined ? {} : { issue }),
  }),
)

const others: readonly HostileFile[] = [
  {
    name: 'epoch-seconds.csv',
    what: 'seconds since 1970',
    content: () => columnOf('created_at', ['1700000000', '1700000060', '1700000120']),
    types: { created_at: 'date-time' },
  },
  {
    name: 'epoch-milliseconds.csv',
    what: 'milliseconds since 1970',
    content: () => columnOf('timestamp', ['1700000000000', '1700000060500']),
    types: { timestamp: 'date-time' },
  },
  {
    name: 'custom-mark.csv',
    what: '-999 for no value, chosen by hand',
    content: () => columnOf('cell', ['1.5', '-999', '2.5']),
    dialect: { missingMarks: ['', '-999'] },
    types: { cell: 'number' },
    silent: true,
  },
  {
    name: 'late-text.csv',
    what: 'a text after 30,000 numbers',
    content: () =>
      table('a,b', 40_000, (index) => `${index === 30_000 ? 'broken' : `${index}.5`},w${index % 4}`),
    types: { a: 'number' },
    issue: /^Line 30002, column "a": "broken"/,
  },
  {
    name: 'late-type-change.csv',
    what: 'texts in a tenth of the rows, from row 36,000 on',
    content: () => table('a,b', 40_000, (index) => `${index >= 36_000 ? 'off' : `${index}.5`},w${index % 4}`),
    issue: /^Line 36002, column "a": "off" is no number, nor are 10 %/,
  },
  {
    name: 'no-values.csv',
    what: 'a column without any value',
    content: () => table('a,b', 40, (index) => `${index}.5,`),
    issue: /has no values at all/,
  },
  {
    name: 'formulas.csv',
    what: 'formulas as texts',
    content: () => columnOf('cell', ['=1+1', '@SUM(A1)', '+cmd']),
    types: { cell: 'category' },
  },
]

export const values: readonly HostileFile[] = [...columns, ...others]
