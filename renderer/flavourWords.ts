import type { Flavour } from '../src/contract/records.ts'

/** Each kind of autoencoder as it is called in the window. */
export const flavourTitles: Readonly<Record<Flavour['kind'], string>> = {
  denoising: 'Denoising',
  undercomplete: 'Undercomplete',
  overcomplete: 'Overcomplete',
  sparse: 'Sparse',
  contractive: 'Contractive',
  variational: 'Variational',
  conditional: 'Conditional',
  linear: 'Linear',
  pca: 'PCA',
  stacked: 'Stacked',
}
