import { z } from 'zod'
import type { CellVector } from '../dataset/table.ts'
import { quantile } from '../features/scaling.ts'

const share = z.number().min(0).max(1)

/** How the present cells of a column spread over bins. The shares of a column add up to 1, or to 0 without cells. */
export const binsSchema = z.discriminatedUnion('kind', [
  /** Bin i holds the values above edge i - 1 and up to edge i, itself included; the last all above the last edge. */
  z.strictObject({
    kind: z.literal('ranges'),
    edges: z.array(z.number()).max(1000).readonly(),
    shares: z.array(share).min(1).max(1001).readonly(),
  }),
  /** The commonest values, and all others together. */
  z.strictObject({
    kind: z.literal('values'),
    values: z
      .array(z.strictObject({ value: z.string(), share }))
      .max(1000)
      .readonly(),
    others: share,
  }),
])

export type Bins = z.infer<typeof binsSchema>

const bins = 10
const mostValues = 20

/** Deciles of numbers, the commonest values of texts. Missing cells are left out. */
export function fitBins(cells: CellVector): Bins {
  if (cells.kind === 'number') return fitSorted(cells.values.filter(Number.isFinite).sort())
  const counts = new Map<string, number>()
  for (const value of cells.values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  // Equal counts in the order of the text, so that row order does not matter.
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, mostValues)
  const empty: Bins = {
    kind: 'values',
    values: ranked.map(([value]) => ({ value, share: 0 })),
    others: 0,
  }
  return withShares(empty, binShares(empty, cells))
}

type Sorted = Float64Array | Float32Array

/** Deciles of finite numbers, sorted upwards; fewer where many are equal. */
export function fitSorted(sorted: Sorted): Bins {
  const edges = new Set<number>()
  if (sorted.length > 0) {
    // -0 and 0 are the same edge.
    for (let bin = 1; bin < bins; bin++) edges.add(quantile(sorted, bin / bins) + 0)
  }
  const ranges: Bins = { kind: 'ranges', edges: [...edges], shares: [] }
  return withShares(ranges, sharesOf(countSorted(ranges, sorted)))
}

/** Share of the present cells in each bin, in the order of `binNames`; all 0 where no cell is present. */
export function binShares(bins: Bins, cells: CellVector): number[] {
  return sharesOf(countBins(bins, cells))
}

function sharesOf(counts: readonly number[]): number[] {
  const present = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (present === 0 ? 0 : count / present))
}

/**
 * Present cells in each bin, in the order of `binNames`, so that a long column can be counted chunk by chunk.
 * Where a column was of another kind in training, no cell fits and all counts are 0.
 */
export function countBins(bins: Bins, cells: CellVector): number[] {
  if (bins.kind === 'ranges') {
    const counts = new Array<number>(bins.edges.length + 1).fill(0)
    if (cells.kind !== 'number') return counts
    for (const value of cells.values) {
      if (!Number.isFinite(value)) continue
      const place = edgesBelow(bins.edges, value)
      counts[place] = (counts[place] ?? 0) + 1
    }
    return counts
  }
  const counts = new Array<number>(bins.values.length + 1).fill(0)
  if (cells.kind !== 'text') return counts
  const places = new Map(bins.values.map(({ value }, place) => [value, place]))
  for (const value of cells.values) {
    if (value === null) continue
    const place = places.get(value) ?? bins.values.length
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts
}

/** As `countBins`, of finite numbers that are sorted upwards: however many there are, it takes no time. */
export function countSorted(bins: Bins, sorted: Sorted): number[] {
  if (bins.kind === 'values') return countBins(bins, { kind: 'number', values: new Float64Array(0) })
  let below = 0
  const counts = bins.edges.map((edge) => {
    // A file may hold edges in any order.
    const upTo = Math.max(below, countUpTo(sorted, edge))
    const count = upTo - below
    below = upTo
    return count
  })
  return [...counts, sorted.length - below]
}

/** Shares of the training rows, in the order of `binNames`. */
export const trainedShares = (bins: Bins): readonly number[] =>
  bins.kind === 'ranges' ? bins.shares : [...bins.values.map(({ share }) => share), bins.others]

/** What a person reads beside each bin. `write` says how an edge is shown: numbers, or moments as dates. */
export function binNames(bins: Bins, write: (edge: number) => string = String): string[] {
  if (bins.kind === 'values') return [...bins.values.map(({ value }) => value), 'other values']
  const { edges } = bins
  const [first] = edges
  const last = edges.at(-1)
  if (first === undefined || last === undefined) return ['all values']
  return [
    `up to ${write(first)}`,
    ...edges.slice(1).map((edge, index) => `${write(edges[index] ?? edge)} to ${write(edge)}`),
    `above ${write(last)}`,
  ]
}

function withShares(bins: Bins, shares: readonly number[]): Bins {
  if (bins.kind === 'ranges') return { ...bins, shares: [...shares] }
  return {
    kind: 'values',
    values: bins.values.map(({ value }, place) => ({ value, share: shares[place] ?? 0 })),
    others: shares[bins.values.length] ?? 0,
  }
}

/** Number of edges below a value: its bin. */
function edgesBelow(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((edges[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of the numbers, sorted upwards, are at most `edge`. */
function countUpTo(sorted: Sorted, edge: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= edge) low = middle + 1
    else high = middle
  }
  return low
}
