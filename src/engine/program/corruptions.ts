import type { Matrix, ModelSpec } from '../engine.ts'
import type { Corruption } from './corruption/corruption.ts'
import { gaussian } from './corruption/gaussian.ts'
import { masking } from './corruption/masking.ts'
import { saltAndPepper } from './corruption/saltAndPepper.ts'
import { swap } from './corruption/swap.ts'

const none: Corruption = { sessionInputs: [], stepInputs: [], apply: (clean) => clean.values }

/**
 * The corruption that the model asks for. `rows`, or those of them that `drawFrom` numbers, are the source of
 * swapped cells.
 */
export function createCorruption(spec: ModelSpec, rows: Matrix, drawFrom?: Int32Array): Corruption {
  switch (spec.corruption.kind) {
    case 'none':
      return none
    case 'gaussian':
      return gaussian(spec, spec.corruption.sigma)
    case 'masking':
      return masking(spec, spec.corruption.rate)
    case 'salt-and-pepper':
      return saltAndPepper(spec, spec.corruption.rate)
    case 'swap':
      return swap(spec, spec.corruption.rate, rows, drawFrom)
  }
}
