import type { Corruption, TrainingSettings } from '../../../src/contract/records.ts'
import { type SettingRange, settingRanges } from '../../../src/contract/settings.ts'

interface Knob {
  readonly title: string
  /** What it does, in a sentence. */
  readonly help: string
}

/** A setting that is one number. */
export interface NumberSetting extends Knob {
  readonly kind: 'number'
  readonly field: keyof typeof settingRanges
  readonly unit: string
  readonly range: SettingRange
  /** What an empty field stands for; without it the field may not be empty. */
  readonly empty?: string
}

/** A setting that is one of a few words. */
export interface ChoiceSetting extends Knob {
  readonly kind: 'choice'
  readonly field:
    | 'corruptionSchedule'
    | 'loss'
    | 'categoryLoss'
    | 'rowLoss'
    | 'softClip'
    | 'learningRateSchedule'
  readonly options: readonly { readonly value: string | boolean; readonly title: string }[]
}

const number = (
  field: NumberSetting['field'],
  rest: Pick<NumberSetting, 'title' | 'unit' | 'help' | 'empty'>,
): NumberSetting => ({ kind: 'number', field, range: settingRanges[field], ...rest })

/** Options of a setting, each of its values named once. */
const choice = <Name extends ChoiceSetting['field']>(
  field: Name,
  rest: Knob & {
    readonly options: readonly { readonly value: TrainingSettings[Name]; readonly title: string }[]
  },
): ChoiceSetting => ({ kind: 'choice', field, ...rest })

export const corruptionKinds: readonly { readonly value: Corruption['kind']; readonly title: string }[] = [
  { value: 'none', title: 'None' },
  { value: 'gaussian', title: 'Gaussian noise' },
  { value: 'masking', title: 'Masking' },
  { value: 'salt-and-pepper', title: 'Salt and pepper' },
  { value: 'swap', title: 'Swap with other rows' },
]

/** What a level of a corruption is, and its unit. */
export const levelWords: Readonly<Record<Corruption['kind'], { unit: string; help: string }>> = {
  none: { unit: '', help: 'There is no corruption.' },
  gaussian: {
    unit: '× spread',
    help: 'Noise in multiples of a column’s spread. Much noise keeps anomalies from being learned.',
  },
  masking: { unit: 'of cells', help: 'Share of cells that are blanked.' },
  'salt-and-pepper': {
    unit: 'of cells',
    help: 'Share of cells that are set to their column’s low or high end.',
  },
  swap: { unit: 'of cells', help: 'Share of cells that are taken from another row.' },
}

export const noiseKnobs: readonly ChoiceSetting[] = [
  choice('corruptionSchedule', {
    title: 'Course',
    help: 'How the level goes through the training.',
    options: [
      { value: 'constant', title: 'Constant' },
      { value: 'rising', title: 'Rising from none' },
      { value: 'falling', title: 'Falling to none' },
    ],
  }),
]

export const lossKnobs: readonly (NumberSetting | ChoiceSetting)[] = [
  choice('loss', {
    title: 'Cell loss',
    help: 'What an error in one cell costs, while training and in the score.',
    options: [
      { value: 'squared', title: 'Squared' },
      { value: 'absolute', title: 'Absolute' },
      { value: 'huber', title: 'Huber' },
      { value: 'log-cosh', title: 'Log-cosh' },
      { value: 'binary-cross-entropy', title: 'Binary cross-entropy' },
      { value: 'gaussian-likelihood', title: 'Gaussian likelihood' },
    ],
  }),
  choice('categoryLoss', {
    title: 'Categories',
    help: 'Cost of a wrong category: as of other cells, or of the chance given to the right value.',
    options: [
      { value: 'same', title: 'As other cells' },
      { value: 'softmax', title: 'Softmax cross-entropy' },
    ],
  }),
  choice('rowLoss', {
    title: 'Row loss',
    help: 'A logarithm keeps a few very odd rows from ruling the training.',
    options: [
      { value: 'log1p', title: 'Logarithm' },
      { value: 'mean', title: 'Mean' },
    ],
  }),
  number('keepShare', {
    title: 'Rows kept',
    unit: 'of a batch',
    help: 'Only the rows that fit best are learned, so anomalies are left out. 1 learns all.',
  }),
  choice('softClip', {
    title: 'Soft clip',
    help: 'Beyond two spreads a number grows only logarithmically, so that no outlier rules.',
    options: [
      { value: true, title: 'On' },
      { value: false, title: 'Off' },
    ],
  }),
]

export const optimiserKnobs: readonly (NumberSetting | ChoiceSetting)[] = [
  number('steps', {
    title: 'Steps',
    unit: 'updates',
    help: 'Short on purpose: a long training learns the anomalies too.',
  }),
  number('batchRows', { title: 'Batch', unit: 'rows', help: 'Rows drawn for each step of each copy.' }),
  number('learningRate', {
    title: 'Learning rate',
    unit: 'per step',
    help: 'Size of the updates at their peak, reached after a tenth of the steps.',
  }),
  choice('learningRateSchedule', {
    title: 'Rate’s course',
    help: 'How the learning rate goes on after its peak.',
    options: [
      { value: 'cosine', title: 'Falling, cosine' },
      { value: 'linear', title: 'Falling, linear' },
      { value: 'constant', title: 'Constant' },
    ],
  }),
  number('gradientLimit', {
    title: 'Gradient limit',
    unit: 'length',
    help: 'Longer gradients are shortened to this. Helps where the loss jumps.',
    empty: 'no limit',
  }),
]

export const controlKnobs: readonly NumberSetting[] = [
  number('copies', {
    title: 'Copies',
    unit: 'networks',
    help: 'Trained side by side and averaged. More copies steady the ranking.',
  }),
  number('validationShare', {
    title: 'Held out',
    unit: 'of all rows',
    help: 'Not trained on (at most 1,000 rows, none below 500); draws the validation curve.',
  }),
  number('earlyStopping', {
    title: 'Early stopping',
    unit: 'points',
    help: 'Stops after so many points of the validation curve without a better one, and goes back to the best. Auto leaves it off: a fixed number of steps measured better.',
    empty: 'off',
  }),
]
