import { Failure } from '../contract/failure.ts'
import { compileBatches, compileLoops, type Executor } from './executor.ts'

/**
 * Runs everything on `first`; what fails there with a Failure is computed again, and from then on, on `second`.
 * @param onFallBack told why, once for each function that moves
 */
export function fallBackExecutor(
  first: Executor,
  second: () => Promise<Executor>,
  onFallBack: (failure: Failure) => void,
): Executor {
  const compileSecond = async <Compiled>(
    thrown: unknown,
    compile: (executor: Executor) => Promise<Compiled>,
  ): Promise<Compiled> => {
    // Anything else is a bug, or a cancel: the second would only hide it.
    if (!(thrown instanceof Failure)) throw thrown
    onFallBack(thrown)
    return compile(await second())
  }

  /** Whatever compiles, with its runs: one that fails is repeated on the second, and so are all after it. */
  async function movable<
    Given extends readonly unknown[],
    Result,
    Compiled extends { run(...given: Given): Promise<Result>; close(): Promise<void> },
  >(compile: (executor: Executor) => Promise<Compiled>) {
    let compiled: Compiled
    let hasMoved = false
    // Of several runs that fail at once the first one moves, and the others wait for it.
    let moving: Promise<void> | undefined
    const move = async (thrown: unknown) => {
      compiled = await compileSecond(thrown, compile)
      hasMoved = true
    }
    try {
      compiled = await compile(first)
    } catch (thrown) {
      await move(thrown)
    }
    return {
      run: async (...given: Given): Promise<Result> => {
        const [used, isSecond] = [compiled, hasMoved]
        try {
          return await used.run(...given)
        } catch (thrown) {
          if (isSecond) throw thrown
          moving ??= move(thrown).then(
            () => used.close(),
            (failure) => {
              moving = undefined
              throw failure
            },
          )
          await moving
          return compiled.run(...given)
        }
      },
      close: () => compiled.close(),
    }
  }

  return {
    compile: (definition) => movable((executor) => executor.compile(definition)),
    compileLoop: (definition) => movable((executor) => executor.compileLoop(definition)),
    ...(first.compileBatches && {
      compileBatches: (definition) => movable((executor) => compileBatches(executor, definition)),
    }),
    ...(first.compileLoops && {
      compileLoops: (definition, count) => movable((executor) => compileLoops(executor, definition, count)),
    }),
  }
}
