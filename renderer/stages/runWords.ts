import type { RunSummary } from '../../src/contract/records.ts'
import { flavourTitles } from '../flavourWords.ts'
import { formatMoment } from '../format.ts'

/** When a run ended: the time of day where that was today, else with the date. */
export function runMoment({ createdAt }: RunSummary, now: Date = new Date()): string {
  const moment = new Date(createdAt)
  if (moment.toDateString() !== now.toDateString()) return formatMoment(createdAt)
  return moment.toLocaleTimeString(undefined, { timeStyle: 'short' })
}

/** A run as told from its neighbours: "Variational, seed 3, 14:02", or by the model that scored it. */
export function runTitle(run: RunSummary, now: Date = new Date()): string {
  const moment = runMoment(run, now)
  if (run.scored) return `Scored with ${run.scored.modelName}, ${moment}`
  const paused = run.state === 'partial' ? ', paused' : ''
  return `${flavourTitles[run.settings.flavour.kind]}, seed ${run.settings.seed}, ${moment}${paused}`
}
