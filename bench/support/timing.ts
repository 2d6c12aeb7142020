import { setTimeout } from 'node:timers/promises'

/** Milliseconds that `work` takes. */
export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** One thing to time: resolves to its milliseconds. */
export interface Contender {
  readonly name: string
  time(): Promise<number>
}

/** Threads of the contender before may wait awake for more work for some time: they would take a core from the next. */
const pause = 250

/** Median milliseconds of each contender, by name. Rounds alternate, so that what else the machine does hits all alike. */
export async function alternate(
  contenders: readonly Contender[],
  rounds: number,
): Promise<Map<string, number>> {
  const times = new Map(contenders.map(({ name }): [string, number[]] => [name, []]))
  for (const contender of contenders) await contender.time()
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      await setTimeout(pause)
      times.get(contender.name)?.push(await contender.time())
    }
  }
  return new Map([...times].map(([name, all]): [string, number] => [name, median(all)]))
}

/** The fastest of those whose name begins so. */
export function fastest(
  times: ReadonlyMap<string, number>,
  prefix: string,
): { name: string; milliseconds: number } {
  const own = [...times].filter(([name]) => name.startsWith(prefix)).toSorted((a, b) => a[1] - b[1])
  const [name, found] = own[0] ?? ['', Number.NaN]
  return { name, milliseconds: found }
}
