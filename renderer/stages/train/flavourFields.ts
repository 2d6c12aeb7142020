import { autoFlavours, autoSparseTarget } from '../../../src/contract/flavours.ts'
import type { Flavour } from '../../../src/contract/records.ts'
import { flavourRanges, type SettingRange } from '../../../src/contract/settings.ts'

type FlavourField = keyof typeof flavourRanges

/** A number that belongs to one kind of autoencoder. */
export interface FlavourNumber {
  readonly field: FlavourField
  readonly title: string
  readonly unit: string
  readonly help: string
  readonly range: SettingRange
  readonly value: number
  readonly auto: number
}

const words = {
  l1: [
    'Sparsity',
    'weight',
    'Weight of the mean absolute code beside the loss. More keeps more nodes silent.',
  ],
  kl: ['Sparsity', 'weight', 'Weight of how far the nodes’ mean activations are from the target.'],
  target: ['Target activation', 'of full', 'How active a code node should be on average.'],
  contractive: [
    'Contraction',
    'weight',
    'Weight of how fast the code moves with the row. More smooths more.',
  ],
  beta: [
    'Beta',
    'weight',
    'Weight of a tidy code beside the reconstruction. More gives smoother, coarser codes.',
  ],
  warmUpShare: [
    'Warm-up of beta',
    'of all steps',
    'Beta rises from 0 over these first steps, so that codes form at all.',
  ],
  samples: ['Samples', 'codes per row', 'Codes that are drawn for each row to estimate its likelihood.'],
  pretrainingShare: [
    'Pretraining',
    'of all steps',
    'Spent layer by layer, before all layers are trained together.',
  ],
} as const satisfies Record<string, readonly [string, string, string]>

const number = (
  field: FlavourField,
  word: keyof typeof words,
  value: number,
  auto: number,
): FlavourNumber => {
  const [title, unit, help] = words[word]
  return { field, title, unit, help, range: flavourRanges[field], value, auto }
}

/** The numbers of a kind's own, as they stand. */
export function flavourNumbers(flavour: Flavour): readonly FlavourNumber[] {
  switch (flavour.kind) {
    case 'sparse': {
      const weight = number('weight', flavour.penalty, flavour.weight, autoFlavours.sparse.weight)
      return flavour.penalty === 'l1'
        ? [weight]
        : [weight, number('target', 'target', flavour.target, autoSparseTarget)]
    }
    case 'contractive':
      return [number('weight', 'contractive', flavour.weight, autoFlavours.contractive.weight)]
    case 'variational':
    case 'conditional': {
      const { beta, warmUpShare, samples } = autoFlavours[flavour.kind]
      return [
        number('beta', 'beta', flavour.beta, beta),
        number('warmUpShare', 'warmUpShare', flavour.warmUpShare, warmUpShare),
        ...(flavour.score === 'elbo' ? [number('samples', 'samples', flavour.samples, samples)] : []),
      ]
    }
    case 'stacked':
      return [
        number(
          'pretrainingShare',
          'pretrainingShare',
          flavour.pretrainingShare,
          autoFlavours.stacked.pretrainingShare,
        ),
      ]
    default:
      return []
  }
}

/** A sparse code with the other penalty, at Auto's numbers. */
export function sparseWith(penalty: 'l1' | 'kl'): Flavour {
  const { weight } = autoFlavours.sparse
  return penalty === 'l1'
    ? { kind: 'sparse', penalty, weight }
    : { kind: 'sparse', penalty, weight, target: autoSparseTarget }
}
