import type { Corruption, TrainingSettings } from './records.ts'

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
  keepShare: any(0.05, 1),
  validationShare: any(0, 0.5),
} as const satisfies Partial<Record<keyof TrainingSettings, SettingRange>>

/** Of `hidden`: how many layers, and nodes in each. */
export const hiddenLayers: SettingRange = whole(1, 6)
export const hiddenNodes: SettingRange = whole(1, 4096)

/** Of `corruption`: sigma of the noise, or the rate of cells. */
export const corruptionRanges: Readonly<Record<Corruption['kind'], SettingRange>> = {
  gaussian: any(0, 10),
  masking: any(0, 0.95),
  swap: any(0, 0.95),
}
