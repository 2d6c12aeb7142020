import { describe } from 'vitest'
import { testAgreement } from './agreementCases.ts'
import { flavours } from './flavours.ts'

describe('the traced engine equals TensorFlow.js over 20 steps', () => {
  testAgreement(Object.keys(flavours).filter((_, index) => index % 2 === 1))
})
