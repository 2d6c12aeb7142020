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

  it('allocates nothing for a frame that promises more than it holds', () => {
    // Sixty arrays of 30 million elements each, one inside the other, in 300 bytes.
    const nested = new Uint8Array(300)
    for (let at = 0; at < 300; at += 5) nested.set([0xdd, 0x01, 0xc9, 0xc3, 0x80], at)
    // A limit for each array alone would let these through: 20,000 elements, two million times.
    const many = new Uint8Array(8 * 2 ** 20)
    for (let at = 0; at + 3 <= many.length; at += 3) many.set([0xdc, 0x4e, 0x20], at)
    const maps = new Uint8Array([0xdf, 0x7f, 0xff, 0xff, 0xff, 0xa1, 0x61, 1])
    const before = process.memoryUsage().rss
    for (const frame of [nested, many, maps]) expect(() => decode(frame)).toThrow(RangeError)
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 2 ** 20)
  })

  it('throws on a frame that nests without end', () => {
    expect(() => decode(new Uint8Array(2 ** 20).fill(0x91))).toThrow('too deeply')
    let value: unknown = 1
    for (let level = 0; level < 12; level++) value = level % 2 ? [value] : { value }
    expect(crossed(value)).toEqual(value)
  })

  it('reads every width of the format', () => {
    const texts = [31, 32, 255, 256, 65_535, 65_536].map((length) => 'x'.repeat(length))
    const lists = [15, 16, 65_535, 65_536].map((length) => new Array(length).fill(7))
    const maps = [15, 16, 65_536].map((length) =>
      Object.fromEntries(lists[3]?.slice(0, length).entries() ?? []),
    )
    const numbers = [0, -1, -32, -33, 127, 128, 255, 256, -129, 65_536, -32_769, 2 ** 32, -(2 ** 31) - 1, 0.5]
    const typed = [0, 1, 2, 4, 8, 16, 17, 256, 65_536].map((length) => new Uint8Array(length).fill(1))
    for (const value of [...texts, ...lists, ...maps, ...numbers, ...typed, null, true, false])
      expect(crossed([value])).toEqual([value])
  })

  it('throws on a typed array that is cut short inside', () => {
    const frame = encode(new Float64Array([1]))
    const float64 = frame[1]
    expect(() => decode(new Uint8Array([0xd6, float64 ?? 0, 1, 2, 3, 4]))).toThrow(RangeError)
  })
})

const bytesOf = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)
