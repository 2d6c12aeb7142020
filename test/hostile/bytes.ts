// Encodings, control bytes, sizes, and files that are no tables.

import { gzipSync } from 'node:zlib'
import { type HostileFile, table, tableWith } from './hostileFile.ts'

const umlauts = () => table('größe,wort', 40, (index) => `${index}.5,süß${index % 4}`)
const big = (text: string) => Buffer.from(text, 'utf16le').swap16()
const gzip = () => gzipSync(table('a,b', 20_000, (index) => `${index * 7919}.5,w${(index * 31) % 977}`))

const encodings: readonly HostileFile[] = [
  { name: 'utf-8.csv', what: 'UTF-8', content: umlauts, types: { größe: 'number' }, silent: true },
  {
    name: 'utf-8-mark.csv',
    what: 'UTF-8 with a byte order mark',
    content: () => `\ufeff${umlauts()}`,
    types: { größe: 'number' },
    silent: true,
  },
  {
    name: 'utf-16-le-mark.csv',
    what: 'UTF-16 LE with a byte order mark',
    content: () => Buffer.from(`\ufeff${umlauts()}`, 'utf16le'),
    text: umlauts,
    types: { größe: 'number' },
  },
  {
    name: 'utf-16-be-mark.csv',
    what: 'UTF-16 BE with a byte order mark',
    content: () => big(`\ufeff${umlauts()}`),
    text: umlauts,
    types: { größe: 'number' },
  },
  {
    name: 'utf-16-le.csv',
    what: 'UTF-16 LE without a mark',
    content: () => Buffer.from(umlauts(), 'utf16le'),
    text: umlauts,
    types: { größe: 'number' },
  },
  {
    name: 'utf-16-be.csv',
    what: 'UTF-16 BE without a mark',
    content: () => big(umlauts()),
    text: umlauts,
    types: { größe: 'number' },
  },
  {
    name: 'latin-1.csv',
    what: 'Latin-1',
    content: () => Buffer.from(umlauts(), 'latin1'),
    text: umlauts,
    types: { größe: 'number' },
  },
  {
    name: 'one-bad-byte.csv',
    what: 'a byte that is no UTF-8 in a text that is',
    content: () => Buffer.concat([Buffer.from(umlauts()), Buffer.from([0x37, 0x2c, 0xff, 10])]),
    text: () => `${umlauts()}7,x\n`,
    dialect: { encoding: 'utf-8' },
    issue: /^Line 42: bytes that are not valid UTF-8/,
  },
  {
    name: 'nul-bytes.csv',
    what: 'NUL bytes in cells',
    content: () => tableWith('7,w\u00001'),
    issue: /1 NUL bytes were removed/,
  },
  {
    name: 'emoji.csv',
    what: 'emoji and combining marks in cells',
    content: () => tableWith('7,👩‍👩‍👧 e\u0301'),
    silent: true,
  },
  {
    name: 'gzip.csv.gz',
    what: 'compressed with gzip',
    content: gzip,
    text: () => table('a,b', 20_000, () => 'x'),
    types: { a: 'number' },
  },
  {
    name: 'gzip-without-suffix.csv',
    what: 'compressed, under a plain name',
    content: gzip,
    text: () => table('a,b', 20_000, () => 'x'),
  },
]

const sizes: readonly HostileFile[] = [
  {
    name: 'wide.csv',
    what: '5,000 columns',
    content: () =>
      table(Array.from({ length: 5000 }, (_, index) => `c${index}`).join(','), 20, (row) =>
        Array.from({ length: 5000 }, (_, index) => row * index).join(','),
      ),
  },
  { name: 'long-cell.csv', what: 'a cell of 1 MB', content: () => tableWith(`7,${'x'.repeat(2 ** 20)}`) },
  {
    name: 'cell-of-breaks.csv',
    what: 'a quoted cell with 10,000 line breaks',
    content: () => tableWith(`7,"${'x\n'.repeat(10_000)}"`),
    breaks: 10_000,
  },
  {
    name: 'long-line.csv',
    what: 'a line of 20 MB',
    content: () => `a,b\n${'x'.repeat(20 * 2 ** 20)}\n`,
    refused: /longer than 8 MB/,
  },
  {
    name: 'one-line.csv',
    what: 'a file of 200 MB in a single line',
    content: () => Buffer.alloc(200 * 2 ** 20, 'x'),
    refused: /longer than 8 MB/,
  },
  {
    name: 'many-rows.csv',
    what: '200,000 short rows',
    content: () => table('a,b', 200_000, (index) => `${index}.5,${index % 7}`),
  },
]

const refusals: readonly HostileFile[] = [
  { name: 'empty.csv', what: 'no bytes at all', content: () => '', refused: /is empty/ },
  { name: 'blank.csv', what: 'blank lines only', content: () => '\n \n\n', refused: /only blank lines/ },
  {
    name: 'header-only.csv',
    what: 'a header and no rows',
    content: () => 'a,b,c\n',
    refused: /no rows below it/,
  },
  {
    name: 'random.csv',
    what: 'random bytes',
    content: () => Uint8Array.from({ length: 50_000 }, (_, index) => (index * index * 7919) >> 3),
    refused: /is not text/,
  },
  {
    name: 'image.csv',
    what: 'a PNG image',
    content: () => Buffer.from('\x89PNG\r\n\x1a\n0000IHDR', 'latin1'),
    refused: /PNG image/,
  },
  { name: 'document.csv', what: 'a PDF', content: () => '%PDF-1.7\n1 0 obj\n', refused: /a PDF/ },
  {
    name: 'old-workbook.csv',
    what: 'an old Excel workbook',
    content: () => Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1'),
    refused: /old Excel workbook/,
  },
  {
    name: 'cut-short.csv.gz',
    what: 'gzip cut short',
    content: () => gzip().subarray(0, 60_000),
    refused: /cut short/,
  },
  {
    name: 'damaged.csv.gz',
    what: 'gzip with damaged bytes',
    content: () => gzip().fill(0x55, 30_000, 30_200),
    refused: /damaged compressed data/,
  },
  {
    name: 'broken-header.csv',
    what: 'a header whose quotes do not close',
    content: () => table('a,"b"c,d', 40, (index) => `${index},2,3`),
    refused: /the header, has broken quotes/,
  },
  {
    name: 'hopeless-quotes.csv',
    what: 'a quote in every row that never closes',
    content: () => table('a,b', 3000, (index) => `${index},"open`),
    refused: /quotes/,
  },
  {
    name: 'mostly-ragged.csv',
    what: 'more lines of another width than rows',
    content: () => `a,b\n1,2\n${'1,2,3\n1\n'.repeat(5)}`,
    dialect: { delimiter: ',' },
    refused: /lines do not have|cells/,
  },
]

export const bytes: readonly HostileFile[] = [...encodings, ...sizes, ...refusals]
