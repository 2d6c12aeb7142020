/** Points of a map, in its own units. */
export interface MapPoints {
  readonly x: Float32Array
  readonly y: Float32Array
}

/** What part of the map is seen: pixels a unit, and the pixel where the map's origin lies. y goes up. */
export interface MapView {
  readonly scale: number
  readonly left: number
  readonly top: number
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Room around the outermost points, so that they can be pointed at. */
const margin = 24

/** The view in which every point is seen, as large as may be; one scale for both axes keeps distances true. */
export function viewOfAll({ x, y }: MapPoints, { width, height }: Size): MapView {
  const [fromX, toX] = extent(x)
  const [fromY, toY] = extent(y)
  const across = Math.max(1, width - 2 * margin) / Math.max(toX - fromX, 1e-9)
  const down = Math.max(1, height - 2 * margin) / Math.max(toY - fromY, 1e-9)
  const scale = Math.min(across, down, 1e9)
  return {
    scale,
    left: width / 2 - (scale * (fromX + toX)) / 2,
    top: height / 2 + (scale * (fromY + toY)) / 2,
  }
}

function extent(values: Float32Array): [number, number] {
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < from) from = value
    if (value > to) to = value
  }
  return from <= to ? [from, to] : [0, 0]
}

/** Where a point of the map lies on screen. */
export const onScreen = (view: MapView, x: number, y: number): { x: number; y: number } => ({
  x: view.left + view.scale * x,
  y: view.top - view.scale * y,
})

/** Zooms by `factor`; the place under the pixel stays where it is. */
export function zoomAt(view: MapView, factor: number, pixel: { x: number; y: number }): MapView {
  const scale = Math.min(1e12, Math.max(1e-12, view.scale * factor))
  const used = scale / view.scale
  return {
    scale,
    left: pixel.x - used * (pixel.x - view.left),
    top: pixel.y - used * (pixel.y - view.top),
  }
}

export const panBy = (view: MapView, across: number, down: number): MapView => ({
  ...view,
  left: view.left + across,
  top: view.top + down,
})

/** The point nearest to a pixel, at most `reach` pixels away; null where there is none. */
export function pointAt(
  { x, y }: MapPoints,
  view: MapView,
  pixel: { x: number; y: number },
  reach: number,
): number | null {
  let best: number | null = null
  let least = reach * reach
  for (let index = 0; index < x.length; index++) {
    const across = view.left + view.scale * (x[index] ?? 0) - pixel.x
    const down = view.top - view.scale * (y[index] ?? 0) - pixel.y
    const distance = across * across + down * down
    if (distance <= least) {
      least = distance
      best = index
    }
  }
  return best
}

const directions = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
} as const
export type Direction = keyof typeof directions
export const isDirection = (key: string): key is Direction => Object.hasOwn(directions, key)

/**
 * The next point in a direction: the nearest of those that lie more in that direction than beside it. Null where
 * nothing lies that way.
 */
export function nextPoint({ x, y }: MapPoints, from: number, direction: Direction): number | null {
  const [right, up] = directions[direction]
  const [fromX, fromY] = [x[from] ?? 0, y[from] ?? 0]
  let best: number | null = null
  let least = Number.POSITIVE_INFINITY
  for (let index = 0; index < x.length; index++) {
    const across = (x[index] ?? 0) - fromX
    const high = (y[index] ?? 0) - fromY
    const along = across * right + high * up
    const aside = Math.abs(across * up + high * right)
    if (along <= 0 || aside > along) continue
    const distance = along * along + 4 * aside * aside
    if (distance < least) {
      least = distance
      best = index
    }
  }
  return best
}
