import { describe } from 'vitest'
import { testAgreement } from './agreementCases.ts'
import { flavours } from './flavours.ts'

// Two files share the product of flavour, corruption and loss, so that two cores can work on it.
describe('the traced engine equals TensorFlow.js over 20 steps', () => {
  testAgreement(Object.keys(flavours).filter((_, index) => index % 2 === 0))
})
