import type { RunSummary } from '../../../src/contract/records.ts'
import { formatMoment, plural } from '../../format.ts'

/** A run as told from its neighbours: "20 Nov 2026, 12:00 · 400 steps · seed 1". */
export function runTitle(run: RunSummary): string {
  const partial = run.state === 'partial' ? ' · partial' : ''
  return `${formatMoment(run.createdAt)} · ${plural(run.stepsDone, 'step')} · seed ${run.settings.seed}${partial}`
}
