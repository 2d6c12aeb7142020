import type { TrainingSettings } from './records.ts'
import { heldOutRows, principalComponentLimits } from './settings.ts'

/** What the rules need to know of a table; columns are those with role `feature`. */
export interface TableFacts {
  readonly rows: number
  readonly features: number
  readonly columns: readonly string[]
  /** The columns whose values are categories. */
  readonly categories: readonly string[]
}

export interface CombinationProblem {
  /** The settings that do not go together; the first is the one to change. */
  readonly settings: readonly (keyof TrainingSettings)[]
  /** Why they do not, and what to do. */
  readonly message: string
}

interface Rule {
  readonly settings: readonly [keyof TrainingSettings, ...(keyof TrainingSettings)[]]
  readonly applies: (settings: TrainingSettings) => boolean
  /** Whether the combination is refused. `table` is null as long as it is not known. */
  readonly refuses: (settings: TrainingSettings, table: TableFacts | null) => boolean
  readonly message: (settings: TrainingSettings, table: TableFacts | null) => string
}

const isKind =
  (...kinds: readonly TrainingSettings['flavour']['kind'][]) =>
  ({ flavour }: TrainingSettings) =>
    kinds.includes(flavour.kind)

const hiddenLayers = ({ hidden, decoder }: TrainingSettings) => hidden.length + (decoder?.length ?? 0)
const isMirrored = ({ hidden, decoder }: TrainingSettings) =>
  decoder === null || decoder.join() === hidden.toReversed().join()
/** Whether nothing is corrupted: by kind, or by a level of 0. */
const isUncorrupted = ({ corruption }: TrainingSettings): boolean =>
  corruption.kind === 'none' || (corruption.kind === 'gaussian' ? corruption.sigma : corruption.rate) === 0
const contextOf = ({ flavour }: TrainingSettings) => (flavour.kind === 'conditional' ? flavour.context : [])
const unknownContext = (settings: TrainingSettings, { columns }: TableFacts) =>
  contextOf(settings).filter((name) => !columns.includes(name))
const counted = (count: number) => count.toLocaleString('en')

/** The only place that says which settings do not go together; the page and the core both ask it. */
const rules: readonly Rule[] = [
  {
    settings: ['corruption', 'flavour'],
    applies: isKind('denoising'),
    refuses: isUncorrupted,
    message: ({ corruption }) =>
      corruption.kind === 'none'
        ? 'A denoising autoencoder needs a corruption. Choose one, or the undercomplete flavour.'
        : 'A denoising autoencoder needs a corruption, and one of level 0 changes nothing. Raise the level, or choose the undercomplete flavour.',
  },
  {
    settings: ['code', 'flavour'],
    applies: isKind('undercomplete', 'linear', 'pca'),
    refuses: ({ code }, table) => table !== null && (code ?? 1) >= table.features,
    message: ({ code }, table) =>
      (table?.features ?? 0) < 2
        ? 'This flavour needs at least two inputs: its code must be narrower than its input. Use more columns or the denoising flavour.'
        : `A code of ${counted(code ?? 1)} nodes can copy the ${counted(table?.features ?? 0)} inputs of this table, so nothing is odd to it. Give it fewer nodes than inputs.`,
  },
  {
    settings: ['code', 'flavour'],
    applies: isKind('pca'),
    refuses: ({ code }, table) =>
      table !== null &&
      table.features > principalComponentLimits.features &&
      (code ?? 1) > principalComponentLimits.code,
    message: (_settings, table) =>
      `This table has ${counted(table?.features ?? 0)} inputs; of more than ${principalComponentLimits.features} at most ${principalComponentLimits.code} principal components are computed. Give the code ${principalComponentLimits.code} nodes or fewer, or choose the undercomplete flavour.`,
  },
  {
    settings: ['code', 'flavour'],
    applies: isKind('overcomplete'),
    refuses: ({ code }, table) => table !== null && code !== null && code <= table.features,
    message: (_settings, table) =>
      `An overcomplete code has more nodes than the table has inputs (${counted(table?.features ?? 0)}). Give it more, or choose the undercomplete flavour.`,
  },
  {
    settings: ['corruption', 'flavour'],
    applies: isKind('overcomplete'),
    refuses: isUncorrupted,
    message: ({ corruption }) =>
      `Without corruption an overcomplete network learns to copy every row, odd ones too. ${corruption.kind === 'none' ? 'Choose a corruption.' : 'One of level 0 changes nothing: raise the level.'}`,
  },
  {
    settings: ['hidden', 'decoder', 'flavour'],
    applies: isKind('linear', 'pca'),
    refuses: (settings) => hiddenLayers(settings) > 0,
    message: () => 'A linear flavour has a code layer only. Take the hidden layers out.',
  },
  {
    settings: ['loss', 'flavour'],
    applies: isKind('linear'),
    refuses: ({ loss }) => loss === 'binary-cross-entropy' || loss === 'gaussian-likelihood',
    message: () =>
      'This loss bends the output, so that the network is not linear any more. Choose squared, absolute, Huber or log-cosh.',
  },
  {
    settings: ['loss', 'flavour'],
    applies: isKind('pca'),
    refuses: ({ loss }) => loss !== 'squared',
    message: () => 'Principal components minimise the squared error. Choose the squared loss.',
  },
  {
    settings: ['corruption', 'flavour'],
    applies: isKind('pca'),
    refuses: (settings) => !isUncorrupted(settings),
    message: () => 'Principal components are computed from clean rows. Choose no corruption.',
  },
  {
    settings: ['copies', 'flavour'],
    applies: isKind('pca'),
    refuses: ({ copies }) => copies !== null && copies > 1,
    message: () => 'Principal components come out the same every time. Use one copy.',
  },
  {
    settings: ['categoryLoss', 'flavour'],
    applies: isKind('linear', 'pca'),
    refuses: ({ categoryLoss }) => categoryLoss === 'softmax',
    message: () => 'A linear flavour has no softmax. Let categories cost as other cells.',
  },
  {
    settings: ['categoryLoss'],
    applies: ({ categoryLoss }) => categoryLoss === 'softmax',
    refuses: (settings, table) =>
      table !== null && !table.categories.some((name) => !contextOf(settings).includes(name)),
    message: () => 'No column that is judged has categories. Let categories cost as other cells.',
  },
  {
    settings: ['earlyStopping', 'flavour'],
    applies: isKind('pca'),
    refuses: ({ earlyStopping }) => earlyStopping !== null,
    message: () => 'Principal components take no training steps to stop early. Turn early stopping off.',
  },
  {
    settings: ['earlyStopping', 'validationShare'],
    applies: ({ earlyStopping }) => earlyStopping !== null,
    refuses: ({ validationShare }, table) =>
      table === null ? validationShare === 0 : heldOutRows(table.rows, validationShare) === 0,
    message: ({ validationShare }, table) =>
      validationShare === 0
        ? 'Early stopping needs rows held out. Raise the share of validation rows, or turn it off.'
        : `Early stopping needs rows held out, and a table of ${counted(table?.rows ?? 0)} rows has none to spare. Turn it off.`,
  },
  {
    settings: ['earlyStopping', 'corruptionSchedule'],
    applies: ({ earlyStopping }) => earlyStopping !== null,
    refuses: (settings) => !isUncorrupted(settings) && settings.corruptionSchedule !== 'constant',
    message: () =>
      'Early stopping compares losses, and these move with the corruption. Keep the corruption constant, or turn early stopping off.',
  },
  {
    settings: ['hidden', 'flavour'],
    applies: isKind('stacked'),
    refuses: ({ hidden }) => hidden.length === 0,
    message: () => 'Pretraining goes layer by layer, and this encoder has its code only. Add a hidden layer.',
  },
  {
    settings: ['decoder', 'flavour'],
    applies: isKind('stacked'),
    refuses: (settings) => !isMirrored(settings),
    message: () =>
      'Each layer is pretrained with its mirror image in the decoder. Let the decoder mirror the encoder.',
  },
  {
    settings: ['steps', 'flavour'],
    applies: isKind('stacked'),
    refuses: ({ flavour, hidden, steps }) =>
      flavour.kind === 'stacked' && Math.round(flavour.pretrainingShare * steps) < hidden.length + 1,
    message: ({ hidden }) =>
      `Too few steps to pretrain ${hidden.length + 1} layers. Train longer, or raise the share of pretraining.`,
  },
  {
    settings: ['flavour'],
    applies: isKind('conditional'),
    refuses: (settings) => contextOf(settings).length === 0,
    message: () =>
      'A conditional autoencoder needs its context: choose the columns that are given, such as a machine or an hour.',
  },
  {
    settings: ['flavour'],
    applies: isKind('conditional'),
    refuses: (settings, table) => table !== null && unknownContext(settings, table).length > 0,
    message: (settings, table) =>
      `The context column "${table === null ? '' : (unknownContext(settings, table)[0] ?? '')}" is not among the columns that are learned from. Give it the role "feature", or choose another.`,
  },
  {
    settings: ['flavour'],
    applies: isKind('conditional'),
    refuses: (settings, table) => table?.columns.every((name) => contextOf(settings).includes(name)) ?? false,
    message: () => 'Every column is context, so none is left to judge. Take at least one out.',
  },
  {
    settings: ['gradientLimit', 'flavour'],
    applies: isKind('pca'),
    refuses: ({ gradientLimit }) => gradientLimit !== null,
    message: () => 'Principal components follow no gradient. Turn its limit off.',
  },
]

/** What is wrong with these settings together, most basic first; empty where they can be trained. */
export function combinationProblems(
  settings: TrainingSettings,
  table: TableFacts | null,
): CombinationProblem[] {
  return rules
    .filter((rule) => rule.applies(settings) && rule.refuses(settings, table))
    .map((rule) => ({ settings: rule.settings, message: rule.message(settings, table) }))
}
