/** A long list of equal items seen through a viewport. All sizes in CSS pixels. */
interface LongList {
  readonly count: number
  readonly itemSize: number
  readonly viewport: number
  readonly scroll: number
}

/** Browsers cut elements off at about 33.5 million pixels; beyond this height the scroll bar is scaled. */
const tallest = 30_000_000
const overscan = 6

/** Pixels of list that one pixel of scrolling stands for; 1 until the list is taller than an element can be. */
function scaleOf({ count, itemSize, viewport }: LongList): number {
  const total = count * itemSize
  return total <= tallest ? 1 : (total - viewport) / (tallest - viewport)
}

/** Which items to draw (`first`..`last`, exclusive), where the first goes, and how tall the scrolled element is. */
export function windowOf(list: LongList): { first: number; last: number; offset: number; height: number } {
  const { count, itemSize, viewport, scroll } = list
  const seen = scroll * scaleOf(list)
  const first = Math.min(count, Math.max(0, Math.floor(seen / itemSize) - overscan))
  const last = Math.min(count, Math.ceil((seen + viewport) / itemSize) + overscan)
  return {
    first,
    last: Math.max(first, last),
    offset: first * itemSize - seen + scroll,
    height: Math.min(count * itemSize, tallest),
  }
}

/** The first item that is wholly in view, or the last one where none is. */
export function firstInView(list: LongList): number {
  const first = Math.ceil((list.scroll * scaleOf(list)) / list.itemSize)
  return Math.max(0, Math.min(list.count - 1, first))
}

/** The scroll position nearest to the present one at which item `index` is wholly in view. */
export function scrollToSee(list: LongList, index: number): number {
  const scale = scaleOf(list)
  const seen = list.scroll * scale
  const top = index * list.itemSize
  if (top < seen) return top / scale
  const bottom = top + list.itemSize
  return bottom > seen + list.viewport ? (bottom - list.viewport) / scale : list.scroll
}

/** Left edge of each column, and after the last one the whole width. */
export function columnEdges(widths: readonly number[]): Float64Array {
  const edges = new Float64Array(widths.length + 1)
  widths.forEach((width, index) => {
    edges[index + 1] = (edges[index] ?? 0) + width
  })
  return edges
}

/** The columns that touch `from`..`to`, by binary search over their edges. */
export function columnsBetween(
  edges: Float64Array,
  from: number,
  to: number,
): { first: number; last: number } {
  const columns = edges.length - 1
  const firstAtOrAfter = (position: number) => {
    let low = 0
    let high = columns
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((edges[middle + 1] ?? 0) > position) high = middle
      else low = middle + 1
    }
    return low
  }
  return { first: firstAtOrAfter(from), last: Math.min(columns, firstAtOrAfter(to) + 1) }
}

/** Where a key leads from row `now` in a table up to row `last`; null for a key that does not move. */
export function rowAfterKey(
  key: string,
  { now, page, last }: { now: number; page: number; last: number },
): number | null {
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: now + 1,
    ArrowUp: now - 1,
    PageDown: now + page,
    PageUp: now - page,
    Home: 0,
    End: last,
  }
  const target = Object.hasOwn(targets, key) ? targets[key] : undefined
  return target === undefined ? null : Math.min(last, Math.max(0, target))
}
