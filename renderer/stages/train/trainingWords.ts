import type { Corruption, TrainingSettings } from '../../../src/contract/records.ts'
import { hiddenLayers, hiddenNodes, type SettingRange } from '../../../src/contract/settings.ts'
import { formatCount, plural } from '../../format.ts'

/** Layers of the network from input to output: "21–64–7–64–21". */
export function networkShape(features: number, { hidden, code }: TrainingSettings): string {
  return [features, ...hidden, code ?? 'code', ...[...hidden].reverse(), features].join('–')
}

/** One sentence about what Train will do. */
export function planSentence(
  plan: { readonly rows: number; readonly features: number },
  settings: TrainingSettings,
): string {
  const copies = settings.copies ?? 1
  return (
    `${plural(plan.rows, 'row')} × ${plural(plan.features, 'feature')}, ` +
    `${copies === 1 ? 'one network' : `${formatCount(copies)} copies of a network`} ${networkShape(plan.features, settings)}, ` +
    `${plural(settings.steps, 'step')} of ${plural(settings.batchRows ?? 0, 'row')}.`
  )
}

export const corruptionKinds: readonly { readonly value: Corruption['kind']; readonly title: string }[] = [
  { value: 'gaussian', title: 'Gaussian noise' },
  { value: 'masking', title: 'Masking' },
  { value: 'swap', title: 'Swap with other rows' },
]

/** Another kind of corruption at a level that suits it. */
export function corruptionOf(kind: Corruption['kind']): Corruption {
  if (kind === 'none') return { kind }
  return kind === 'gaussian' ? { kind, sigma: 3 } : { kind, rate: 0.3 }
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
export const rangeSentence = ({ from, to, whole }: SettingRange): string =>
  `Write a ${whole ? 'whole number' : 'number'} from ${from} to ${to}.`

/** Layer sizes from "64, 32"; null where the text is not a list of sizes that a network may have. */
export function readLayers(text: string): number[] | null {
  const sizes = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => readSetting(part, hiddenNodes))
  if (sizes.length < hiddenLayers.from || sizes.length > hiddenLayers.to) return null
  return sizes.every((size) => size !== null) ? sizes : null
}

export const layersSentence = `Write ${hiddenLayers.from} to ${hiddenLayers.to} whole numbers from ${hiddenNodes.from} to ${hiddenNodes.to}, such as 64, 32.`
