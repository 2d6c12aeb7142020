import type { RunSummary } from '../../src/contract/records.ts'

/**
 * Tells one outcome of a run from the next: a partial run that is continued keeps its id, and every score, code and
 * file of it is another one then.
 */
export const outcomeOf = ({ runId, state, stepsDone }: RunSummary): string => `${runId} ${state} ${stepsDone}`
