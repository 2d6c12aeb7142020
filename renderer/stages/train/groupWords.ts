import type { TrainingSettings } from '../../../src/contract/records.ts'
import { formatNumber, formatShare, plural } from '../../format.ts'
import { corruptionKinds, levelWords, lossKnobs } from './knobs.ts'
import { levelOf } from './trainingWords.ts'

function noise({ corruption, corruptionSchedule }: TrainingSettings): string {
  const kind = corruptionKinds.find(({ value }) => value === corruption.kind)?.title ?? ''
  if (corruption.kind === 'none') return kind
  const level = levelOf(corruption)
  const amount =
    corruption.kind === 'gaussian'
      ? `${formatNumber(level, 3)} ${levelWords.gaussian.unit}`
      : formatShare(level)
  return `${kind}, ${amount}${corruptionSchedule === 'constant' ? '' : `, ${corruptionSchedule}`}`
}

function loss({ loss: cell, keepShare, softClip }: TrainingSettings): string {
  const knob = lossKnobs.find(({ field }) => field === 'loss')
  const title = knob?.kind === 'choice' ? knob.options.find(({ value }) => value === cell)?.title : undefined
  const rows = keepShare < 1 ? `best ${formatShare(keepShare)} of rows` : 'all rows'
  return `${title ?? cell}, ${rows}${softClip ? ', soft clip' : ''}`
}

function optimiser({ steps, batchRows, learningRate }: TrainingSettings): string {
  const batch = batchRows === null ? '' : ` of ${plural(batchRows, 'row')}`
  return `${plural(steps, 'step')}${batch}, rate ${formatNumber(learningRate, 3)}`
}

function control(settings: TrainingSettings, seeds: readonly number[] | null): string {
  const { seed, copies, validationShare, earlyStopping } = settings
  const chance = seeds ? `${seeds.length} seeds` : `seed ${seed}`
  const held = validationShare > 0 ? `, ${formatShare(validationShare)} held out` : ''
  const early = earlyStopping === null ? '' : ', early stopping'
  return `${chance}, ${plural(copies ?? 1, 'copy', 'copies')}${held}${early}`
}

/** Each group of settings in a line: how they stand. */
export const groupSummaries = (settings: TrainingSettings, seeds: readonly number[] | null) => ({
  noise: noise(settings),
  loss: loss(settings),
  optimiser: optimiser(settings),
  control: control(settings, seeds),
})
