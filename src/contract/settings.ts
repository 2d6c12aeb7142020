import type { Corruption, Flavour, TrainingSettings } from './records.ts'

export interface SettingRange {
  readonly from: number
  readonly to: number
  /** Only whole numbers. */
  readonly whole: boolean
}

const whole = (from: number, to: number): SettingRange => ({ from, to, whole: true })
const any = (from: number, to: number): SettingRange => ({ from, to, whole: false })

/** What each training setting may be, both ends included: the only place that says so. */
export const settingRanges = {
  seed: whole(0, 2 ** 32 - 1),
  code: whole(1, 4096),
  copies: whole(1, 32),
  steps: whole(1, 1_000_000),
  batchRows: whole(1, 65_536),
  learningRate: any(1e-7, 1),
  gradientLimit: any(1e-6, 1e6),
  keepShare: any(0.05, 1),
  validationShare: any(0, 0.5),
  earlyStopping: whole(1, 1000),
} as const satisfies Partial<Record<keyof TrainingSettings, SettingRange>>

/**
 * Principal components: up to so many features any code can be computed; of more features only the leading
 * components are sought, at most so many of them, so that no single piece of work takes long.
 */
export const principalComponentLimits = { features: 256, code: 100 } as const

/** Of `hidden` and `decoder`: how many layers, and nodes in each. */
export const hiddenLayers: SettingRange = whole(0, 6)
export const hiddenNodes: SettingRange = whole(1, 4096)

/** Of `corruption`: sigma of the noise, or the rate of cells. */
export const corruptionRanges: Readonly<Record<Exclude<Corruption['kind'], 'none'>, SettingRange>> = {
  gaussian: any(0, 10),
  masking: any(0, 0.95),
  'salt-and-pepper': any(0, 0.95),
  swap: any(0, 0.95),
}

/** Of `flavour`, by the names of its fields. */
export const flavourRanges = {
  weight: any(0, 1000),
  target: any(0.001, 0.999),
  beta: any(0, 1000),
  warmUpShare: any(0, 1),
  samples: whole(1, 256),
  pretrainingShare: any(0.05, 0.95),
} as const satisfies Record<string, SettingRange>

/** Seeds of one request. */
export const mostSeeds = 20

export const flavourKinds = [
  'denoising',
  'undercomplete',
  'overcomplete',
  'sparse',
  'contractive',
  'variational',
  'conditional',
  'linear',
  'pca',
  'stacked',
] as const satisfies readonly Flavour['kind'][]

/** A table with fewer rows than this trains on all of them: it has none to spare. */
const fewestRowsToSplit = 500
const mostHeldOutRows = 1000

/** How many rows of a table are held out of training for the validation curve. */
export function heldOutRows(rows: number, validationShare: number): number {
  return rows < fewestRowsToSplit ? 0 : Math.min(mostHeldOutRows, Math.floor(rows * validationShare))
}
