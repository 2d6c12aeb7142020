/** A count with its noun: `1 row`, `1,200 rows`. `several` is for nouns that do not just take an s. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : several}`

/** A whole number with its thousands set off. */
export const whole = (value: number): string => value.toLocaleString('en')

/** Names and cells come from files: control characters must not reach the terminal. */
export const printable = (line: string): string => line.replace(/\p{Cc}/gu, '\uFFFD')

/** A word as a POSIX shell takes it literally. */
export const quoted = (word: string): string =>
  /^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

export const seconds = (value: number): string => `${value.toFixed(1)} s`

/** A number with four digits that count. */
export const short = (value: number): string => Number(value.toPrecision(4)).toString()

/** Lines of columns padded to their widest cell; all but the last are set right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
