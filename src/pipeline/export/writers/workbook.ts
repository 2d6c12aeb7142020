import { strToU8, Zip, ZipDeflate } from 'fflate'
import { Failure } from '../../../contract/failure.ts'
import type { ExportCell, ExportColumn, RowWriter, Sink } from './rowWriter.ts'

// A workbook of one sheet (ECMA-376 part 1, SpreadsheetML), streamed. Texts are inline strings, which no spreadsheet
// runs as formulas.

/** What a sheet holds: rows with the header, columns, characters in a cell. */
const mostRows = 1_048_576
const mostColumns = 16_384
const mostCharacters = 32_767
/** Sizes in a zip without its 64-bit extension. */
const mostBytes = 2 ** 32 - 1

/** Refuses what cannot be one sheet, before any work. `rows` without the header. */
export function refuseBeyondSheet({
  rows,
  columns,
}: {
  readonly rows: number
  readonly columns: number
}): void {
  if (rows >= mostRows)
    throw beyond(`${rows} rows and a header are more than the ${mostRows} rows of an Excel sheet`)
  if (columns > mostColumns)
    throw beyond(`${columns} columns are more than the ${mostColumns} of an Excel sheet`)
}

const beyond = (what: string) =>
  new Failure('bad-request', `${what}. Write CSV, JSON Lines or Parquet, or choose fewer rows or columns.`)

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006'
const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

/** Every part beside the sheet. Style 1 is a date-time. */
const parts: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Rows" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`,
}

/** XLSX: numbers, date-times and truth values as such, everything else as text. */
export function workbookWriter(sink: Sink): RowWriter {
  const zip = new Zip((error, bytes) => {
    if (error) throw error
    sink(bytes)
  })
  for (const [name, content] of Object.entries(parts)) {
    const file = new ZipDeflate(name)
    zip.add(file)
    file.push(strToU8(xml + content), true)
  }
  const sheet = new ZipDeflate('xl/worksheets/sheet1.xml', { level: 3 })
  zip.add(sheet)
  let columns: readonly ExportColumn[] = []
  let letters: readonly string[] = []
  let row = 0
  let bytes = 0
  const push = (text: string, last = false) => {
    const part = strToU8(text)
    bytes += part.length
    if (bytes > mostBytes) throw beyond('The sheet grows beyond 4 GB')
    sheet.push(part, last)
  }
  const pushRow = (cells: readonly ExportCell[], isHeader: boolean) => {
    row++
    const written = cells.map((cell, index) => {
      const place = `${letters[index]}${row}`
      return cellXml(cell, place, isHeader ? 'text' : (columns[index]?.kind ?? 'text'))
    })
    push(`<row r="${row}">${written.join('')}</row>`)
  }
  return {
    begin(all) {
      columns = all
      letters = all.map((_, index) => columnLetters(index))
      refuseBeyondSheet({ rows: 0, columns: all.length })
      push(`${xml}<worksheet xmlns="${main}"><sheetData>`)
      pushRow(
        all.map(({ name }) => name),
        true,
      )
    },
    add(cells) {
      refuseBeyondSheet({ rows: row, columns: cells.length })
      pushRow(cells, false)
    },
    end() {
      push('</sheetData></worksheet>', true)
      zip.end()
    },
  }
}

/** A, B, … Z, AA, … of a 0-based column. */
export function columnLetters(index: number): string {
  const before = Math.floor(index / 26)
  return (before > 0 ? columnLetters(before - 1) : '') + String.fromCharCode(65 + (index % 26))
}

const dayMilliseconds = 86_400_000
/** Days from 30 December 1899 to 1970. Before March 1900 spreadsheets count a day that never was. */
const daysBefore1970 = 25_569
const firstSafeDay = 61
const lastDay = 2_958_465

function cellXml(cell: ExportCell, place: string, kind: ExportColumn['kind']): string {
  if (cell === null || cell === '') return ''
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`
  if (typeof cell === 'string') return textXml(cell, place)
  if (kind !== 'date-time') return `<c r="${place}"><v>${cell}</v></c>`
  const days = cell / dayMilliseconds + daysBefore1970
  return days >= firstSafeDay && days < lastDay + 1
    ? `<c r="${place}" s="1"><v>${days}</v></c>`
    : textXml(new Date(cell).toISOString(), place)
}

function textXml(text: string, place: string): string {
  if (text.length > mostCharacters)
    throw beyond(`Cell ${place} has ${text.length} characters, an Excel cell takes ${mostCharacters}`)
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
// Characters that XML cannot hold, the return that it would turn into a line feed, and texts that look like their escapes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unsafe = /[&<>]|[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g

function escaped(text: string): string {
  return text.replace(
    unsafe,
    (found) => entities[found] ?? `_x${found.charCodeAt(0).toString(16).padStart(4, '0')}_`,
  )
}
