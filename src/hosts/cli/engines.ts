import type { EngineStatus } from '../../contract/records.ts'
import { printable } from './words.ts'

/** What `residual engines` prints: each engine, whether it can be used here, and its version or why not. */
export function enginesReport(engines: readonly EngineStatus[], json: boolean): string {
  if (json) return `${JSON.stringify(engines)}\n`
  const names = Math.max(...engines.map(({ name }) => name.length))
  return engines
    .map(({ name, available, detail }) =>
      printable(`${name.padEnd(names)}  ${available ? 'available' : 'not here '}  ${detail}`),
    )
    .map((line) => `${line}\n`)
    .join('')
}
