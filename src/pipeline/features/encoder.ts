import { z } from 'zod'
import { columnTypes } from '../../contract/choices.ts'
import { Failure } from '../../contract/failure.ts'
import type { ColumnType } from '../../contract/records.ts'
import { type Scaling, scale, scaleLinearly, unscale, unscaleLinearly } from './scaling.ts'

const scaling = z.strictObject({ centre: z.number(), spread: z.number().positive() })

/** One number of an encoded row: what it reads from its column's cell, and the scaling that follows. */
const feature = z.discriminatedUnion('kind', [
  /** The number itself. Typical values are written with the column's decimals and stay within its range. */
  z.strictObject({
    kind: z.literal('number'),
    scaling,
    decimals: z.number().int().min(0).max(20).nullable(),
    minimum: z.number(),
    maximum: z.number(),
  }),
  /** 1 where the cell is this value, else 0. */
  z.strictObject({ kind: z.literal('level'), value: z.string(), scaling }),
  /** 1 where the cell is any value without a level of its own; `example` is the commonest of them. */
  z.strictObject({ kind: z.literal('other-level'), example: z.string(), scaling }),
  /** Days since `origin` (milliseconds since 1970 UTC). */
  z.strictObject({ kind: z.literal('elapsed'), origin: z.number(), scaling }),
  /** A point on the circle of a day, week, month or year. */
  z.strictObject({
    kind: z.literal('cycle'),
    period: z.enum(['hour', 'weekday', 'month-day', 'month']),
    wave: z.enum(['sine', 'cosine']),
    scaling,
  }),
  /** Seconds between this date-time and the one in an earlier column of the encoder. */
  z.strictObject({ kind: z.literal('since-column'), column: z.string(), scaling }),
  /** 1 where the cell is missing, else 0. Never missing itself. */
  z.strictObject({ kind: z.literal('missing'), scaling }),
])

const encodedColumn = z.strictObject({
  name: z.string(),
  type: z.enum(columnTypes),
  features: z.array(feature).min(1).readonly(),
})

const encoderSchema = z.strictObject({
  version: z.literal(1),
  columns: z.array(encodedColumn).min(1).readonly(),
  /** Columns that cannot tell rows apart, and why. */
  dropped: z.array(z.strictObject({ name: z.string(), reason: z.string() })).readonly(),
  /** Whether values beyond two spreads grow only logarithmically; encoders of the first version always clip. */
  softClip: z.boolean().default(true),
})

export type Feature = z.infer<typeof feature>
export type EncodedColumn = z.infer<typeof encodedColumn>
export type Period = Extract<Feature, { kind: 'cycle' }>['period']

/**
 * How the feature columns of a table become a matrix of numbers, and back. Plain data: fitted once, saved as
 * JSON with the model. A column's place in `columns` is its "original column index".
 */
export type Encoder = z.infer<typeof encoderSchema>

/** What a column of numbers, of moments, or of texts becomes. */
const kindsOfType = {
  number: ['number', 'missing'],
  'date-time': ['elapsed', 'cycle', 'since-column', 'missing'],
  text: ['level', 'other-level', 'missing'],
} as const satisfies Record<string, readonly Feature['kind'][]>

/**
 * Checks an encoder that was read from a file.
 * @throws Failure `bad-request` where encoding, or decoding, could fail or mean something else
 */
export function parseEncoder(value: unknown): Encoder {
  const parsed = encoderSchema.safeParse(value)
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    throw damaged(first ? `${first.path.join('.')}: ${first.message}` : 'unreadable')
  }
  const types = new Map<string, ColumnType>()
  for (const { name, type, features } of parsed.data.columns) {
    if (types.has(name)) throw damaged(`two columns are called "${name}"`)
    const kinds: readonly Feature['kind'][] =
      kindsOfType[type === 'number' || type === 'date-time' ? type : 'text']
    const reads = new Set<string>()
    for (const one of features) {
      if (!kinds.includes(one.kind)) throw damaged(`"${name}" is of type ${type} and has a ${one.kind}`)
      if (one.kind === 'since-column' && types.get(one.column) !== 'date-time')
        throw damaged(`"${name}" counts from "${one.column}", which is no earlier date-time`)
      const read = readOf(one)
      if (reads.has(read)) throw damaged(`"${name}" has two features for the same`)
      reads.add(read)
    }
    types.set(name, type)
  }
  return parsed.data
}

/** What tells a feature from the others of its column. */
function readOf(one: Feature): string {
  if (one.kind === 'level') return `level ${one.value}`
  return one.kind === 'cycle' ? `${one.period} ${one.wave}` : one.kind
}

const damaged = (detail: string) =>
  new Failure(
    'bad-request',
    `The model's encoder is damaged (${detail.slice(0, 400)}). Train the model again.`,
  )

type Scale = (value: number, scaling: Scaling) => number

/** From original to encoded units, and back, as this encoder does it. */
export function scalesOf({ softClip }: Encoder): { readonly scale: Scale; readonly unscale: Scale } {
  return softClip ? { scale, unscale } : { scale: scaleLinearly, unscale: unscaleLinearly }
}

/** The columns that `encodeChunk` needs, in its order. */
export function encoderColumnNames(encoder: Encoder): string[] {
  return encoder.columns.map((column) => column.name)
}

/** Type of each original column, in encoder order. */
export function encoderColumnTypes(encoder: Encoder): ColumnType[] {
  return encoder.columns.map((column) => column.type)
}

export function featureCount(encoder: Encoder): number {
  return encoder.columns.reduce((sum, column) => sum + column.features.length, 0)
}

/** For each feature, the index of its original column in `encoder.columns`. */
export function columnOfFeature(encoder: Encoder): Int32Array {
  return Int32Array.from(encoder.columns.flatMap((column, index) => column.features.map(() => index)))
}
