import type { ModelSpec } from '../engine.ts'
import type { Code } from './codes/code.ts'
import { contractiveCode } from './codes/contractive.ts'
import { absoluteCode, sparseCode } from './codes/sparse.ts'
import { variationalCode } from './codes/variational.ts'
import { encode } from './network.ts'

/** The kind of code that the model asks for. */
export function createCode(spec: ModelSpec): Code {
  const { code } = spec
  switch (code.kind) {
    case 'plain':
      return {
        sessionInputs: [],
        stepInputs: [],
        penalisesBatch: false,
        train: (parameters, input) => ({
          code: encode(spec, parameters, input),
          rowPenalty: null,
          batchPenalty: null,
        }),
      }
    case 'l1':
      return absoluteCode(spec, code.weight)
    case 'kl':
      return sparseCode(spec, code.weight, code.target)
    case 'contractive':
      return contractiveCode(spec, code.weight)
    case 'variational':
      return variationalCode(spec, code)
  }
}
