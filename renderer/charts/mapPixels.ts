import type { MapPoints, MapView } from './mapView.ts'

/** A picture as a canvas keeps it: one number for each pixel, row by row. */
interface Picture {
  readonly pixels: Uint32Array
  readonly width: number
  readonly height: number
}

/** What is painted: each point a square in the colour of its class. */
interface Marks {
  readonly points: MapPoints
  /** For each point its class, an index into `colours`. */
  readonly classes: Uint8Array
  /** One pixel of each class's colour, in the picture's own form. */
  readonly colours: Uint32Array
  /** Where the points lie, in pixels of the picture. */
  readonly view: MapView
  /** Length of a square's side in pixels, whole and at least 1. */
  readonly side: number
}

/** Paints points over a picture, class by class, later classes on top; squares are cut off at the edges. */
export function paintPoints({ pixels, width, height }: Picture, marks: Marks): void {
  const { points, classes, colours, view, side } = marks
  const { x, y } = points
  colours.forEach((colour, painted) => {
    for (let index = 0; index < x.length; index++) {
      if (classes[index] !== painted) continue
      const left = Math.round(view.left + view.scale * (x[index] ?? 0) - side / 2)
      const top = Math.round(view.top - view.scale * (y[index] ?? 0) - side / 2)
      const from = Math.max(0, left)
      const to = Math.min(width, left + side)
      if (from >= to) continue
      for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
        pixels.fill(colour, row * width + from, row * width + to)
      }
    }
  })
}
