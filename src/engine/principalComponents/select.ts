const digitBits = 16
const digitsPerValue = 4
/** Values looked at between two turns for other work: some milliseconds. */
const valuesPerTurn = 2 ** 21

/**
 * Places of the `count` smallest values, ascending by place; of equal values the earlier ones. A radix select over the
 * numbers' bits, which for numbers from 0 on are in the order of the numbers: time grows with their number alone.
 * @param values 0 or more, finite
 * @param count 1 to as many as there are values
 * @param turn awaited now and then, so that other work comes first; it may throw to end this
 */
export async function smallestPlaces(
  values: Float64Array,
  count: number,
  turn: () => Promise<void>,
): Promise<Int32Array> {
  const digits = new Uint16Array(values.buffer, values.byteOffset, digitsPerValue * values.length)
  const last = Float64Array.of(0)
  const lastDigits = new Uint16Array(last.buffer)
  // Of those that share all digits found so far with the last one that is taken, so many are taken.
  let left = count
  for (let digit = digitsPerValue - 1; digit >= 0; digit -= 1) {
    const counts = new Int32Array(2 ** digitBits)
    await inTurns(values.length, turn, (place) => {
      for (let higher = digitsPerValue - 1; higher > digit; higher -= 1)
        if (digits[digitsPerValue * place + higher] !== lastDigits[higher]) return
      const bucket = digits[digitsPerValue * place + digit] ?? 0
      counts[bucket] = (counts[bucket] ?? 0) + 1
    })
    let bucket = 0
    while (left > (counts[bucket] ?? 0) && bucket < counts.length - 1) {
      left -= counts[bucket] ?? 0
      bucket += 1
    }
    lastDigits[digit] = bucket
  }
  const limit = last[0] ?? 0
  const places = new Int32Array(count)
  let found = 0
  await inTurns(values.length, turn, (place) => {
    const value = values[place] ?? 0
    if (value > limit || (value === limit && left <= 0)) return
    if (value === limit) left -= 1
    places[found] = place
    found += 1
  })
  return places
}

async function inTurns(count: number, turn: () => Promise<void>, visit: (place: number) => void) {
  for (let from = 0; from < count; from += valuesPerTurn) {
    await turn()
    const to = Math.min(from + valuesPerTurn, count)
    for (let place = from; place < to; place += 1) visit(place)
  }
}
