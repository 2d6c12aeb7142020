import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkInput, isApiMethod } from '../../src/contract/checks.ts'
import { Failure } from '../../src/contract/failure.ts'
import { largestChunk } from '../../src/contract/limits.ts'

const refusal = (method: string, input: unknown) => {
  if (!isApiMethod(method)) throw new Error(`${method} is no call`)
  try {
    checkInput(method, input)
  } catch (thrown) {
    return thrown instanceof Failure ? { code: thrown.code, field: thrown.details.field } : thrown
  }
  return null
}
const badField = (field: string) => ({ code: 'bad-request', field })

describe('the checks', () => {
  it('know no inherited name', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'then', ''])
      expect(isApiMethod(name)).toBe(false)
  })

  it.each([
    ['readProject', {}],
    ['startImport', { source: { kind: 'path', path: '/a.csv' } }],
    ['startImport', { source: { kind: 'upload', uploadId: 'u' }, dialect: { delimiter: ';' }, columns: {} }],
    ['previewImport', { source: { kind: 'path', path: 'a' }, dialect: undefined }],
    ['updateColumns', { datasetId: 'd', columns: { constructor: { role: 'label' }, '': { type: 'text' } } }],
    [
      'startTraining',
      { datasetId: 'd', settings: { seed: 0, code: null, corruption: { kind: 'swap', rate: 0.1 } } },
    ],
    ['readRows', { datasetId: 'd', from: 5, to: 1005 }],
    ['setThreshold', { runId: 'r', rule: 'otsu', value: null }],
    ['appendUpload', { uploadId: 'u', chunk: new Uint8Array(largestChunk) }],
  ])('let %s through with %o', (method, input) => expect(refusal(method, input)).toBeNull())

  it.each([
    ['readProject', { extra: 1 }, ''],
    ['readProject', null, ''],
    ['readProject', [], ''],
    ['startImport', { source: { kind: 'url', url: 'http://x' } }, 'source.kind'],
    ['startImport', { source: { kind: 'path', path: 'a', more: 1 } }, 'source'],
    ['startImport', { source: { kind: 'path', path: '' } }, 'source.path'],
    ['updateColumns', { datasetId: 'd', columns: { a: { role: 'admin' } } }, 'columns.a.role'],
    ['updateColumns', { datasetId: 'd', columns: JSON.parse('{"__proto__": {"role": "label"}}') }, 'columns'],
    ['updateColumns', { datasetId: 'd', columns: 'all' }, 'columns'],
    ['readRows', { datasetId: 'd', from: 0, to: 1001 }, 'to'],
    ['readRows', { datasetId: 'd', from: 2, to: 1 }, 'to'],
    ['readRows', { datasetId: 'd', from: -1, to: 1 }, 'from'],
    ['readRows', { datasetId: 'd', from: 0.5, to: 1 }, 'from'],
    ['readRows', { datasetId: 'x'.repeat(201), from: 0, to: 1 }, 'datasetId'],
    ['startTraining', { datasetId: 'd', settings: { steps: Number.NaN } }, 'settings.steps'],
    ['startTraining', { datasetId: 'd', settings: { learningRate: 0 } }, 'settings.learningRate'],
    ['startTraining', { datasetId: 'd', settings: { hidden: new Array(17).fill(1) } }, 'settings.hidden'],
    ['setThreshold', { runId: 'r', rule: 'manual', value: Number.POSITIVE_INFINITY }, 'value'],
    ['appendUpload', { uploadId: 'u', chunk: new Uint8Array(largestChunk + 1) }, 'chunk'],
    ['appendUpload', { uploadId: 'u', chunk: [1, 2] }, 'chunk'],
    ['beginUpload', { name: 'a', bytes: -1 }, 'bytes'],
  ])('refuse %s with %o, naming the field', (method, input, field) =>
    expect(refusal(method, input)).toEqual(badField(field)),
  )

  it('refuse or return anything at all, and throw nothing but Failures', () => {
    const methods = fc.constantFrom(
      'startImport',
      'updateColumns',
      'startTraining',
      'readRows',
      'setThreshold',
    )
    fc.assert(
      fc.property(
        methods,
        fc.anything({ withMap: true, withTypedArray: true, withNullPrototype: true }),
        (method, input) => {
          const result = refusal(method, input)
          expect(result === null || (result as { code?: string }).code === 'bad-request').toBe(true)
        },
      ),
    )
  })
})
