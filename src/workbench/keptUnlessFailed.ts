/**
 * Makes a value at the first call and keeps it; after a failure the next call tries again.
 * @param make is given what the call is given that it is made at
 */
export function keptUnlessFailed<Given extends unknown[], Value>(
  make: (...given: Given) => Promise<Value>,
): (...given: Given) => Promise<Value> {
  let kept: Promise<Value> | undefined
  return (...given) => {
    kept ??= make(...given).catch((error) => {
      kept = undefined
      throw error
    })
    return kept
  }
}
