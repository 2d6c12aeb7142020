import { autoFlavours } from '../../contract/flavours.ts'
import type { Flavour, TrainingSettings } from '../../contract/records.ts'

/** Above this many features Auto trains fewer copies on smaller batches, to stay within interactive time. */
const wide = 200

/** The recipe's numbers; null depends on the table. */
const recipe: Omit<TrainingSettings, 'flavour'> = {
  seed: 1,
  // Two to four deviations is a plateau: noise this strong cannot be undone cell by cell, only from the
  // structure that most rows share.
  corruption: { kind: 'gaussian', sigma: 3 },
  corruptionSchedule: 'constant',
  hidden: [64],
  decoder: null,
  code: null,
  copies: null,
  steps: 400,
  batchRows: null,
  learningRate: 3e-3,
  learningRateSchedule: 'cosine',
  gradientLimit: null,
  loss: 'squared',
  categoryLoss: 'same',
  rowLoss: 'log1p',
  // 0.6 to 0.7 is a plateau on the development tables; on network-connections more is better.
  keepShare: 0.65,
  softClip: true,
  // Measured: holding out a tenth leaves detection as it was (0.815 / 0.499 on the development tables).
  validationShare: 0.1,
  // Fixed steps measured better.
  earlyStopping: null,
}

const clean = { corruption: { kind: 'none' } } as const satisfies Partial<TrainingSettings>

/** Where a flavour differs from the recipe. */
const differences: { readonly [Kind in Flavour['kind']]: Partial<TrainingSettings> } = {
  denoising: {},
  undercomplete: clean,
  overcomplete: { hidden: [] },
  sparse: clean,
  // A step goes backwards once for each code node: two copies keep it within interactive time.
  contractive: { ...clean, copies: 2 },
  variational: clean,
  conditional: clean,
  linear: { ...clean, hidden: [] },
  pca: { ...clean, hidden: [], copies: 1, rowLoss: 'mean', validationShare: 0 },
  // Each layer of a stack of denoising autoencoders (Vincent et al., 2010), with the recipe's noise of sigma 3: mean
  // AUROC / AP on the 21 development tables .811 / .486 (seed 1).
  stacked: { hidden: [64, 32] },
}

/** What Auto uses for a flavour where the person chose nothing. */
export function autoFor(kind: Flavour['kind']): TrainingSettings {
  return { ...recipe, flavour: autoFlavours[kind], ...differences[kind] }
}

/** Fills in what Auto chooses by the size of the table. */
export function resolveSettings(
  settings: TrainingSettings,
  { rows, features }: { readonly rows: number; readonly features: number },
): TrainingSettings & ResolvedSettings {
  return {
    ...settings,
    code: settings.code ?? autoCode(settings.flavour.kind, features),
    copies: settings.copies ?? (features > wide ? 2 : 4),
    batchRows: settings.batchRows ?? Math.min(features > wide ? 128 : 256, rows),
  }
}

export interface ResolvedSettings {
  readonly code: number
  readonly copies: number
  readonly batchRows: number
}

function autoCode(kind: Flavour['kind'], features: number): number {
  const third = Math.min(8, Math.max(2, Math.floor(features / 3)))
  switch (kind) {
    case 'undercomplete':
    case 'linear':
    case 'pca':
      return Math.max(1, Math.min(third, features - 1))
    case 'overcomplete':
      // Twice the features, but no more than needed where there are many.
      return Math.max(features + 1, Math.min(2 * features, 256))
    default:
      return third
  }
}
