/** 1 anomaly, 0 normal, 255 unknown. */
export type LabelCode = 0 | 1 | 255

export interface ReadLabels {
  /** One a row, in row order. */
  readonly codes: Uint8Array
  /** The value counted as an anomaly, as written in the table. */
  readonly positiveValue: string
}

const anomalyWords = new Set([
  'true',
  'yes',
  'y',
  't',
  'anomaly',
  'anomalous',
  'abnormal',
  'outlier',
  'attack',
  'fraud',
  'fault',
  'faulty',
  'defect',
  'defective',
  'positive',
  'bad',
])

const ones = new Set(['1', '1.0'])
const zeros = new Set(['0', '0.0'])

/**
 * Reads a label column: which value means "anomaly" (true, yes, anomaly and the like, 1 beside 0; else the rarer
 * value). null when the column does not have exactly two values, so that evaluation would be a guess.
 */
export function readLabels(cells: readonly (string | number | null)[]): ReadLabels | null {
  const counts = new Map<string, number>()
  // Cells are many and their values few: each value's text is made once.
  const texts = new Map<string | number, string>()
  const textOf = (cell: string | number) => {
    const known = texts.get(cell)
    if (known !== undefined) return known
    const text = String(cell).trim()
    texts.set(cell, text)
    return text
  }
  for (const cell of cells) {
    if (cell === null || Number.isNaN(cell)) continue
    const text = textOf(cell)
    counts.set(text, (counts.get(text) ?? 0) + 1)
    if (counts.size > 2) return null
  }
  if (counts.size !== 2) return null
  const named = [...counts.keys()].filter((value) => meansAnomaly(value, counts))
  // Rarer first; equal counts in the order of the text.
  const rarest = [...counts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]
  const positiveValue = named.length === 1 ? named[0] : rarest
  if (positiveValue === undefined) return null
  const codes = new Uint8Array(cells.length)
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] ?? null
    if (cell === null || Number.isNaN(cell)) codes[row] = 255
    else if (textOf(cell) === positiveValue) codes[row] = 1
  }
  return { codes, positiveValue }
}

// 1 says "anomaly" only where 0 is its opposite: beside 2 or -1 it is as often the ordinary value.
function meansAnomaly(value: string, all: ReadonlyMap<string, unknown>): boolean {
  if (ones.has(value)) return [...all.keys()].some((other) => zeros.has(other))
  return anomalyWords.has(value.toLowerCase())
}
