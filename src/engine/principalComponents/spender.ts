/** Multiplications between two turns for other work: about 40 ms. */
const workPerTurn = 3e7

/** Takes note of work that was done; when enough has come together, it is a turn to be awaited. */
export type Spend = (multiplications: number) => Promise<void> | undefined

/** @param turn awaited about every 40 ms, so that other work comes first; it may throw to end the work */
export function spender(turn: () => Promise<void>): Spend {
  let spent = 0
  return (multiplications) => {
    spent += multiplications
    if (spent < workPerTurn) return undefined
    spent = 0
    return turn()
  }
}
