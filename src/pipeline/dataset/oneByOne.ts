/** Runs actions one after the other, in the order in which they came; one that fails holds up nobody. */
export function oneByOne(): <Result>(action: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return (action) => {
    const result = last.then(action)
    last = result.catch(() => undefined)
    return result
  }
}
