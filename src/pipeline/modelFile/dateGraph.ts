import type { FileValue } from '../../engine/onnxFile.ts'
import { dayMilliseconds } from '../features/dates.ts'
import type { Period } from '../features/encoder.ts'
import type { GraphWriter, Part } from './graphWriter.ts'

/** The latest moment that a calendar of JavaScript knows, in milliseconds since 1970. */
const lastMoment = 8.64e15

/**
 * How far each moment [rows, n] is through its period, in [0, 1): `phaseOf` as operations, in double precision.
 * @param periods one a column
 */
export function phases(writer: GraphWriter, moments: FileValue, periods: readonly Period[]): FileValue {
  const parts: Part[] = []
  for (const period of ['hour', 'weekday', 'month-day', 'month'] as const) {
    const places = periods.flatMap((one, index) => (one === period ? [index] : []))
    if (places.length === 0) continue
    const cells = writer.columns(moments, places)
    parts.push({ places, value: phase(new Arithmetic(writer, cells), cells, period) })
  }
  return writer.inOrder(parts)
}

function phase(on: Arithmetic, moments: FileValue, period: Period): FileValue {
  const days = on.divide(moments, dayMilliseconds)
  if (period === 'hour') return on.minus(days, on.floor(days))
  if (period === 'weekday') return on.divide(on.remainder(on.plus(on.floor(days), 3), 7), 7)
  const { month, day } = calendar(on, moments)
  return on.within(moments, period === 'month' ? on.divide(month, 12) : on.divide(on.plus(day, -1), 31))
}

/**
 * Month (0 = January) and day of the month (1..31) in UTC, by counting days in eras of 400 years that begin on
 * 1 March, so that the leap day is a year's last (the usual arithmetic of the proleptic Gregorian calendar).
 */
function calendar(on: Arithmetic, moments: FileValue): { month: FileValue; day: FileValue } {
  // Calendars count whole milliseconds, cut off towards 1970.
  const whole = on.times(on.sign(moments), on.floor(on.absolute(moments)))
  const days = on.plus(on.floor(on.divide(whole, dayMilliseconds)), 719_468)
  const ofEra = on.remainder(days, 146_097)
  const leapDays = on.minus(
    on.minus(on.wholes(ofEra, 1460), on.wholes(ofEra, 36_524)),
    on.negative(on.wholes(ofEra, 146_096)),
  )
  const year = on.wholes(on.minus(ofEra, leapDays), 365)
  const daysBefore = on.minus(
    on.plus(on.times(year, on.number(365)), on.wholes(year, 4)),
    on.wholes(year, 100),
  )
  const ofYear = on.minus(ofEra, daysBefore)
  // Months from March on have 31, 30, 31, 30, 31 days over and over: 153 in five.
  const fromMarch = on.wholes(on.plus(on.times(ofYear, on.number(5)), 2), 153)
  const before = on.wholes(on.plus(on.times(fromMarch, on.number(153)), 2), 5)
  const day = on.plus(on.minus(ofYear, before), 1)
  return { month: on.remainder(on.plus(fromMarch, 2), 12), day }
}

/** Arithmetic on values of one shape. */
class Arithmetic {
  readonly #writer: GraphWriter
  readonly #like: FileValue

  constructor(writer: GraphWriter, like: FileValue) {
    this.#writer = writer
    this.#like = like
  }

  number = (value: number) => this.#writer.double(value)
  floor = (x: FileValue) => this.#emit('Floor', x)
  absolute = (x: FileValue) => this.#emit('Abs', x)
  sign = (x: FileValue) => this.#emit('Sign', x)
  negative = (x: FileValue) => this.#emit('Neg', x)
  minus = (x: FileValue, y: FileValue) => this.#emit('Sub', x, y)
  times = (x: FileValue, y: FileValue) => this.#emit('Mul', x, y)
  plus = (x: FileValue, y: FileValue | number) =>
    this.#emit('Add', x, typeof y === 'number' ? this.number(y) : y)
  divide = (x: FileValue, divisor: number) => this.#emit('Div', x, this.number(divisor))
  /** How many whole times the divisor goes into x. */
  wholes = (x: FileValue, divisor: number) => this.floor(this.divide(x, divisor))
  remainder = (x: FileValue, divisor: number) =>
    this.minus(x, this.times(this.wholes(x, divisor), this.number(divisor)))

  /** The value where the moment is one that a calendar knows, else NaN. */
  within(moments: FileValue, value: FileValue): FileValue {
    const known = this.#writer.emit('LessOrEqual', [this.absolute(moments), this.number(lastMoment)], {
      dtype: 'bool',
      shape: this.#like.shape,
    })
    return this.#emit('Where', known, value, this.number(Number.NaN))
  }

  #emit(operation: string, ...inputs: readonly FileValue[]): FileValue {
    return this.#writer.emit(operation, inputs, { dtype: 'float64', shape: this.#like.shape })
  }
}
