import type { Cell } from '../../../src/contract/records.ts'
import { formatNumber } from '../../format.ts'

/** A class of points: how it is called and in which colour it is drawn. */
interface LegendEntry {
  readonly name: string
  readonly colour: string
}

/** For each point a class, and the classes from the lowermost drawn to the uppermost. */
export interface Colouring {
  readonly classes: Uint8Array
  readonly legend: readonly LegendEntry[]
  /** Whether the classes are steps of one scale rather than names. */
  readonly scale: boolean
}

/** Colours that people who see fewer colours tell apart too, on light and dark ground (after Okabe and Ito). */
const namedColours = ['#0a84c6', '#dd8f00', '#00a075', '#cc79a7', '#8c6bd6', '#9a9a30'] as const

/** Where a scale has its steps, in shares of the points: even ones, and for scores more of them in the long tail. */
export const evenSteps = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875] as const
export const tailSteps = [0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.997] as const

/** Flagged points above the others. */
export function byFlag(
  scores: Float32Array,
  cut: number,
  { bar, alarm }: { readonly bar: string; readonly alarm: string },
): Colouring {
  return {
    classes: Uint8Array.from(scores, (score) => (score >= cut ? 1 : 0)),
    legend: [
      { name: 'not flagged', colour: bar },
      { name: 'flagged', colour: alarm },
    ],
    scale: false,
  }
}

/** Steps by rank, from faint to strong: a long tail would leave steps of equal width nearly empty. */
export function byNumber(
  values: ArrayLike<number>,
  shares: readonly number[],
  { faint, strong }: { readonly faint: string; readonly strong: string },
): Colouring {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort()
  const edges = shares.map((share) => sorted[Math.floor(share * sorted.length)] ?? 0)
  const steps = edges.length + 1
  const classes = Uint8Array.from(values, (value) => {
    if (!Number.isFinite(value)) return 0
    let step = 0
    while (step < edges.length && value >= (edges[step] ?? 0)) step += 1
    return step + 1
  })
  const legend = Array.from({ length: steps }, (_, step) => ({
    name: formatNumber(step === 0 ? (sorted[0] ?? 0) : (edges[step - 1] ?? 0), 3),
    colour: `color-mix(in oklab, ${strong} ${Math.round((100 * (step + 1)) / steps)}%, ${faint})`,
  }))
  return { classes, legend: [{ name: 'missing', colour: faint }, ...legend], scale: true }
}

/** The commonest values by name, all others together. */
export function byValue(cells: readonly Cell[], others: string): Colouring {
  const counts = new Map<string, number>()
  for (const cell of cells) {
    if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1)
  }
  const ranked = [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1))
  const named = ranked.slice(0, namedColours.length).map(([value]) => value)
  const classOf = new Map(named.map((value, index) => [value, index + 1]))
  return {
    classes: Uint8Array.from(cells, (cell) => (cell === null ? 0 : (classOf.get(String(cell)) ?? 0))),
    legend: [
      { name: ranked.length > named.length ? 'others and missing' : 'missing', colour: others },
      ...named.map((name, index) => ({ name, colour: namedColours[index] ?? others })),
    ],
    scale: false,
  }
}
