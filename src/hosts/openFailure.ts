import { type Failure, fromWireFailure, toWireFailure } from '../contract/failure.ts'
import type { WireFailure } from '../contract/records.ts'
import type { Link } from '../contract/wire/link.ts'

/** How a core says that it could not open its project, and is of no further use. */
interface OpenFailure {
  readonly openFailure: WireFailure
}

/** Tells the host why the project could not be opened. */
export const postOpenFailure = (link: Link, thrown: unknown): void =>
  link.post({ openFailure: toWireFailure(thrown) } satisfies OpenFailure)

/** The Failure in a message of `postOpenFailure`; null for every other message. */
export function openFailureIn(message: unknown): Failure | null {
  if (typeof message !== 'object' || message === null || !('openFailure' in message)) return null
  return fromWireFailure((message as OpenFailure).openFailure)
}
