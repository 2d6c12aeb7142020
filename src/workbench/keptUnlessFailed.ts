/** Makes a value at the first call and keeps it; after a failure the next call tries again. */
export function keptUnlessFailed<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let kept: Promise<Value> | undefined
  return () => {
    kept ??= make().catch((error) => {
      kept = undefined
      throw error
    })
    return kept
  }
}
