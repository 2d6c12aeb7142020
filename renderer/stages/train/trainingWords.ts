import type {
  Corruption,
  RunSummary,
  TrainingEstimate,
  TrainingSettings,
} from '../../../src/contract/records.ts'
import { mostSeeds, type SettingRange, settingRanges } from '../../../src/contract/settings.ts'
import { formatBytes, formatCount, formatNumber, formatSeconds, plural } from '../../format.ts'

/** Layers of the network from input to output: "21–64–7–64–21". */
export function networkShape(inputs: number, { hidden, code, decoder }: TrainingSettings): string {
  return [inputs, ...hidden, code ?? 'code', ...(decoder ?? hidden.toReversed()), inputs].join('–')
}

/** One sentence about what Train will do. */
export function planSentence(
  plan: { readonly rows: number; readonly features: number; readonly inputs: number },
  settings: TrainingSettings,
): string {
  // A category is an input for each of its values, a moment several.
  const spread = plan.inputs === plan.features ? '' : ` as ${plural(plan.inputs, 'input')}`
  const table = `${plural(plan.rows, 'row')} × ${plural(plan.features, 'feature')}${spread}`
  if (settings.flavour.kind === 'pca') {
    return `${table}, ${plural(settings.code ?? 0, 'principal component')}, computed rather than trained.`
  }
  const copies = settings.copies ?? 1
  return (
    `${table}, ` +
    `${copies === 1 ? 'one network' : `${formatCount(copies)} copies of a network`} ${networkShape(plan.inputs, settings)}, ` +
    `${plural(settings.steps, 'step')} of ${plural(settings.batchRows ?? 0, 'row')}.`
  )
}

/** What a training, once for each seed, will take. */
export function estimateSentence({ seconds, bytes }: TrainingEstimate, runs: number): string {
  // An estimate: two digits say all that is known.
  const memory = `${formatBytes(Number(bytes.toPrecision(2)))} of memory`
  const time = formatSeconds(seconds * runs)
  const about = time.startsWith('under') ? time : `about ${time}`
  return runs === 1 ? `Takes ${about} and ${memory}.` : `${runs} runs take ${about} together and ${memory}.`
}

/** What a finished run has done. */
export function endedSentence(run: RunSummary): string {
  const { settings, seconds, bestStep } = run
  const scored = `scored ${plural(run.rows, 'row')} in ${formatNumber(seconds.score, 2)} s`
  if (run.scored) return `Nothing was trained on these rows: the model “${run.scored.modelName}” ${scored}.`
  const time = `in ${formatNumber(seconds.train, 2)} s`
  if (settings.flavour.kind === 'pca') {
    return `Computed ${plural(settings.code ?? 0, 'principal component')} ${time} and ${scored}.`
  }
  const best = bestStep === null ? '' : `; the best weights were those of step ${formatCount(bestStep)}`
  return `Trained ${plural(run.stepsDone, 'step')} ${time} and ${scored} with ${run.engine}${best}.`
}

/** What became of the seeds that a pause came before; empty where there are none. */
export function seedsLeftSentence(seeds: readonly number[], isPaused: boolean): string {
  if (seeds.length === 0) return ''
  const named = seeds.length === 1 ? `Seed ${seeds[0]} is` : `Seeds ${seeds.join(', ')} are`
  return `${named} not trained yet${isPaused ? '; continued, this goes on with them' : ''}.`
}

/** The same kind at another level. */
export function atLevel({ kind }: Corruption, level: number): Corruption {
  if (kind === 'none') return { kind }
  return kind === 'gaussian' ? { kind, sigma: level } : { kind, rate: level }
}

export function levelOf(corruption: Corruption): number {
  if (corruption.kind === 'none') return 0
  return corruption.kind === 'gaussian' ? corruption.sigma : corruption.rate
}

/** A setting from what was written; null where that is no number, or outside the range. */
export function readSetting(text: string, { from, to, whole }: SettingRange): number | null {
  const value = Number(text)
  if (text.trim() === '' || !(value >= from && value <= to)) return null
  return whole && !Number.isInteger(value) ? null : value
}

/** What may be written for a setting. */
export const rangeSentence = (range: SettingRange): string =>
  `Write a ${range.whole ? 'whole number' : 'number'} from ${rangeWords(range)}.`

/** "1 to 1,000,000". */
export function rangeWords({ from, to }: SettingRange): string {
  const word = (value: number) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value, 6))
  return `${word(from)} to ${word(to)}`
}

/** Seeds from "1, 2, 3"; null where the text is no list of different seeds. */
export function readSeeds(text: string): number[] | null {
  const seeds = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => readSetting(part, settingRanges.seed))
  if (seeds.length === 0 || seeds.length > mostSeeds || new Set(seeds).size < seeds.length) return null
  return seeds.every((seed) => seed !== null) ? seeds : null
}

export const seedsSentence = `Write up to ${mostSeeds} different whole numbers from ${rangeWords(settingRanges.seed)}, such as 1, 2, 3.`
