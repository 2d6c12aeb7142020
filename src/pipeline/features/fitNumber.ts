import type { Feature } from './encoder.ts'
import { fitScaling } from './scaling.ts'

/** Numbers written with more decimals than this are shown as they come. */
const mostDecimals = 6

/** A number's scaling, and how to write a typical value like those of the column: its decimals and its range. */
export function fitNumber(values: Float64Array): Feature[] {
  const present = values.filter(Number.isFinite)
  const scaling = fitScaling(present)
  if (!scaling) return []
  let minimum = Number.POSITIVE_INFINITY
  let maximum = Number.NEGATIVE_INFINITY
  for (const value of present) {
    minimum = Math.min(minimum, value)
    maximum = Math.max(maximum, value)
  }
  return [{ kind: 'number', scaling, decimals: decimalsOf(present), minimum, maximum }]
}

/** The fewest decimals that write every value exactly; null above `mostDecimals`. */
function decimalsOf(values: Float64Array): number | null {
  for (let decimals = 0; decimals <= mostDecimals; decimals++) {
    if (values.every((value) => roundTo(value, decimals) === value)) return decimals
  }
  return null
}

export function roundTo(value: number, decimals: number): number {
  const factor = 10 ** decimals
  const rounded = Math.round(value * factor) / factor
  // Beyond the exact integers the product may overflow; such values have no decimals anyway.
  return Number.isFinite(rounded) ? rounded : value
}
