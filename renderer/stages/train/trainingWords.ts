import type { Corruption, TrainingSettings } from '../../../src/contract/records.ts'
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
  return kind === 'gaussian' ? { kind, sigma: 3 } : { kind, rate: 0.3 }
}

/** The same kind at another level. */
export function atLevel({ kind }: Corruption, level: number): Corruption {
  return kind === 'gaussian' ? { kind, sigma: level } : { kind, rate: level }
}

export const levelOf = (corruption: Corruption): number =>
  corruption.kind === 'gaussian' ? corruption.sigma : corruption.rate

/** Layer sizes from "64, 32"; null where the text is not a list of whole numbers from 1 to 2,048. */
export function readLayers(text: string): number[] | null {
  const sizes = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number)
  const usable = sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 2048)
  return usable && sizes.length > 0 && sizes.length <= 6 ? sizes : null
}
