import type { Flavour, RunSummary, TrainingSettings } from '../../../src/contract/records.ts'
import { formatCount, formatNumber, formatShare, plural } from '../../format.ts'
import { corruptionKinds, lossKnobs } from './knobs.ts'
import { levelOf } from './trainingWords.ts'

/** A kind's own numbers: "beta 1, warm-up 25 %". */
function flavourWords(flavour: Flavour): string {
  switch (flavour.kind) {
    case 'sparse':
      return `${flavour.penalty === 'l1' ? 'L1' : `KL to ${flavour.target}`}, weight ${formatNumber(flavour.weight, 3)}`
    case 'contractive':
      return `weight ${formatNumber(flavour.weight, 3)}`
    case 'variational':
      return `beta ${formatNumber(flavour.beta, 3)}, by ${flavour.score === 'elbo' ? 'likelihood' : 'reconstruction'}`
    case 'conditional':
      return `given ${flavour.context.join(', ')}; beta ${formatNumber(flavour.beta, 3)}`
    case 'stacked':
      return `${formatShare(flavour.pretrainingShare)} pretraining`
    default:
      return ''
  }
}

/** A title within a sentence; names of people keep their capital. */
const lowered = (title: string) => (/^(Gaussian|Huber)/.test(title) ? title : title.toLowerCase())

const optionTitle = (field: 'loss' | 'categoryLoss' | 'rowLoss', value: string): string => {
  const knob = lossKnobs.find((one) => one.field === field)
  const option = knob?.kind === 'choice' ? knob.options.find((one) => one.value === value) : undefined
  return lowered(option?.title ?? value)
}

/** Each setting's value in a few words that stand alone, the most telling settings first. */
const words: { readonly [Name in keyof TrainingSettings]: (value: TrainingSettings[Name]) => string } = {
  flavour: flavourWords,
  hidden: (layers) => (layers.length === 0 ? 'no hidden layers' : `layers ${layers.join('–')}`),
  decoder: (layers) =>
    layers === null ? 'decoder mirrored' : `decoder ${layers.join('–') || 'without layers'}`,
  code: (nodes) => `code ${formatCount(nodes ?? 0)}`,
  corruption: (corruption) => {
    if (corruption.kind === 'none') return 'no noise'
    const title = corruptionKinds.find(({ value }) => value === corruption.kind)?.title ?? corruption.kind
    return `${lowered(title)} ${formatNumber(levelOf(corruption), 3)}`
  },
  corruptionSchedule: (course) => `noise ${course}`,
  loss: (value) => `${optionTitle('loss', value)} loss`,
  categoryLoss: (value) => `categories ${optionTitle('categoryLoss', value)}`,
  rowLoss: (value) => `row loss ${optionTitle('rowLoss', value)}`,
  keepShare: (share) => `${formatShare(share)} of rows kept`,
  softClip: (on) => (on ? 'soft clip' : 'no soft clip'),
  steps: (steps) => plural(steps, 'step'),
  batchRows: (rows) => `batch ${formatCount(rows ?? 0)}`,
  learningRate: (rate) => `rate ${formatNumber(rate, 3)}`,
  learningRateSchedule: (course) => `rate ${course}`,
  gradientLimit: (limit) =>
    limit === null ? 'no gradient limit' : `gradient limit ${formatNumber(limit, 3)}`,
  copies: (copies) => plural(copies ?? 1, 'copy', 'copies'),
  validationShare: (share) => `${formatShare(share)} held out`,
  earlyStopping: (points) => (points === null ? 'no early stopping' : `early stopping ${points}`),
  seed: (seed) => `seed ${seed}`,
}

/** Principal components know neither steps nor seeds nor noise: only these settings of theirs mean anything. */
const ofComponents: ReadonlySet<string> = new Set(['code', 'keepShare', 'softClip'])
const means = ({ flavour }: TrainingSettings, field: string) =>
  flavour.kind !== 'pca' || ofComponents.has(field)

const fields = Object.keys(words) as (keyof TrainingSettings)[]

const wordOf = <Name extends keyof TrainingSettings>(settings: TrainingSettings, field: Name): string =>
  words[field](settings[field])

/** What of each run's settings is not the same in all runs, in words, by run id. The kind stands beside it. */
export function differencesOf(runs: readonly RunSummary[]): ReadonlyMap<string, string> {
  const trained = runs.filter(({ scored }) => scored === null)
  const differing = fields.filter(
    (field) =>
      new Set(
        trained.flatMap(({ settings }) => (means(settings, field) ? JSON.stringify(settings[field]) : [])),
      ).size > 1,
  )
  return new Map(
    trained.map(({ runId, settings }) => {
      const told = differing
        .filter((field) => means(settings, field))
        .map((field) => wordOf(settings, field))
        .filter((one) => one !== '')
      return [runId, told.join(' · ')]
    }),
  )
}
