/** 1 anomaly, 0 normal, 255 unknown. */
export type LabelCode = 0 | 1 | 255

export interface ReadLabels {
  /** One a row, in row order. */
  readonly codes: Uint8Array
  /** The value counted as an anomaly, as written in the table. */
  readonly positiveValue: string
}

const anomalyWords = new Set([
  '1',
  '1.0',
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

/**
 * Reads a label column: which value means "anomaly" (1, true, yes, anomaly and the like; else the rarer value).
 * null when the column does not have exactly two values, so that evaluation would be a guess.
 */
export function readLabels(cells: readonly (string | number | null)[]): ReadLabels | null {
  const texts = cells.map((cell) => (cell === null || Number.isNaN(cell) ? null : String(cell).trim()))
  const counts = new Map<string, number>()
  for (const text of texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1)
  if (counts.size !== 2) return null
  const values = [...counts.keys()]
  const named = values.filter((value) => anomalyWords.has(value.toLowerCase()))
  // Rarer first; equal counts in the order of the text.
  const rarest = [...counts].sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0]
  const positiveValue = named.length === 1 ? named[0] : rarest
  if (positiveValue === undefined) return null
  const codes = Uint8Array.from(texts, (text) => (text === null ? 255 : text === positiveValue ? 1 : 0))
  return { codes, positiveValue }
}
