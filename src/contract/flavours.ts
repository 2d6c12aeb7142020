import type { Corruption, Flavour } from './records.ts'

/** Each kind of flavour with the numbers that Auto gives it. */
export const autoFlavours: { readonly [Kind in Flavour['kind']]: Extract<Flavour, { kind: Kind }> } = {
  denoising: { kind: 'denoising' },
  undercomplete: { kind: 'undercomplete' },
  overcomplete: { kind: 'overcomplete' },
  sparse: { kind: 'sparse', penalty: 'l1', weight: 0.1 },
  contractive: { kind: 'contractive', weight: 3 },
  // Beta 3 measured better than 1 by .04 / .04 on ten development tables, scored by reconstruction.
  variational: { kind: 'variational', beta: 3, warmUpShare: 0.25, score: 'reconstruction', samples: 8 },
  conditional: {
    kind: 'conditional',
    // Which columns are context only a person can say.
    context: [],
    beta: 1,
    warmUpShare: 0.25,
    score: 'reconstruction',
    samples: 8,
  },
  linear: { kind: 'linear' },
  pca: { kind: 'pca' },
  stacked: { kind: 'stacked', pretrainingShare: 0.4 },
}

/** Target activation that Auto gives the KL penalty of a sparse code. */
export const autoSparseTarget = 0.1

/** Each kind of corruption at a level that suits it. */
export const usualCorruptions: {
  readonly [Kind in Corruption['kind']]: Extract<Corruption, { kind: Kind }>
} = {
  none: { kind: 'none' },
  gaussian: { kind: 'gaussian', sigma: 3 },
  masking: { kind: 'masking', rate: 0.3 },
  'salt-and-pepper': { kind: 'salt-and-pepper', rate: 0.3 },
  swap: { kind: 'swap', rate: 0.3 },
}
