import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../../src/contract/wire/codec.ts'

const crossed = (value: unknown) => decode(encode(value))

/** Plain values as the contract's records hold them. MessagePack has no -0. */
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
})).value

const arrays = fc.oneof(
  fc.float32Array(),
  fc.float64Array(),
  fc.int8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.uint16Array(),
  fc.uint32Array(),
)

describe('the codec', () => {
  it('returns every plain value as it was', () => {
    fc.assert(fc.property(plain, (value) => void expect(crossed(value)).toEqual(value)))
  })

  it('returns every typed array with its kind and bits, wherever it lies in the frame', () => {
    fc.assert(
      fc.property(fc.string(), arrays, (before, array) => {
        const [, returned] = crossed([before, array]) as [string, Float32Array]
        expect(returned.constructor).toBe(array.constructor)
        expect(bytesOf(returned)).toEqual(bytesOf(array))
      }),
    )
  })

  it('sends only the part of a buffer that a view shows', () => {
    const view = new Float32Array([1, 2, 3, 4]).subarray(1, 3)
    const returned = crossed(view) as Float32Array
    expect([...returned]).toEqual([2, 3])
    expect(returned.buffer.byteLength).toBe(8)
  })

  it('keeps NaN and the infinities, alone and in arrays', () => {
    expect(crossed([Number.NaN, 1 / 0, -1 / 0])).toEqual([Number.NaN, 1 / 0, -1 / 0])
    expect(crossed(new Float32Array([Number.NaN, 1 / 0]))).toEqual(new Float32Array([Number.NaN, 1 / 0]))
  })

  it('leaves out fields that are undefined', () => {
    expect(crossed({ given: 1, left: undefined })).toEqual({ given: 1 })
  })

  it('sends a Node buffer as a Uint8Array', () => {
    expect(crossed(Buffer.from([1, 2]))).toEqual(new Uint8Array([1, 2]))
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a big integer', 1n],
    ['a Map', new Map([[1, 2]])],
    ['a Date', new Date(0)],
    ['an error', new Error('no')],
    ['a record with an own __proto__', JSON.parse('{"__proto__": 1}')],
  ])('refuses %s', (_, value) => {
    expect(() => encode({ value })).toThrow()
  })

  it('throws on arbitrary bytes, or returns a value, but never pollutes prototypes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode(bytes)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error)
        }
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
    )
  })

  it('throws on a frame cut short at any byte', () => {
    const frame = encode({ rows: [1, 'two', null], scores: new Float32Array([1, 2]) })
    for (let length = 0; length < frame.length; length++)
      expect(() => decode(frame.subarray(0, length))).toThrow()
  })

  it('throws on a typed array that is cut short inside', () => {
    const frame = encode(new Float64Array([1]))
    const float64 = frame[1]
    expect(() => decode(new Uint8Array([0xd6, float64 ?? 0, 1, 2, 3, 4]))).toThrow(RangeError)
  })
})

const bytesOf = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)
