import type { RunSummary } from '../../src/contract/records.ts'
import { flavourTitles } from '../flavourWords.ts'
import { formatMoment } from '../format.ts'

/** When a run ended: the time of day where that was today, else with the date. */
export function runMoment({ createdAt }: RunSummary, now: Date = new Date()): string {
  const moment = new Date(createdAt)
  if (moment.toDateString() !== now.toDateString()) return formatMoment(createdAt)
  return moment.toLocaleTimeString(undefined, { timeStyle: 'short' })
}

/** What was trained or computed, without when: "Variational, seed 3". Nothing of components depends on a seed. */
export function runName({ scored, settings }: RunSummary): string {
  if (scored) return `Scored with ${scored.modelName}`
  const title = flavourTitles[settings.flavour.kind]
  return settings.flavour.kind === 'pca' ? title : `${title}, seed ${settings.seed}`
}

/** A run as told from its neighbours: "Variational, seed 3, 14:02", or by the model that scored it. */
export function runTitle(run: RunSummary, now: Date = new Date()): string {
  const moment = runMoment(run, now)
  const paused = run.state === 'partial' && !run.scored ? ', paused' : ''
  return `${runName(run)}, ${moment}${paused}`
}
