const missed: string[] = []

/** How a ratio stands to its bar, as a line ends; a missed one is remembered. */
export function against(what: string, ratio: number, bar: number | undefined): string {
  if (bar === undefined) return ''
  if (ratio >= bar) return ` (bar ${bar})`
  missed.push(`${what}: ${ratio.toFixed(2)} of ${bar}`)
  return ` (bar ${bar}, MISSED)`
}

/** Names the bars that were missed; the program then ends with an error. */
export function endWithMissed(): void {
  if (missed.length === 0) return
  console.log(`\nMissed: ${missed.join('; ')}.`)
  process.exitCode = 1
}
