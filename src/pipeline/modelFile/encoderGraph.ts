import type { FileValue } from '../../engine/onnxFile.ts'
import { rowsSide } from '../../engine/rowGraph.ts'
import { isNumeric } from '../dataset/layout.ts'
import { dayMilliseconds } from '../features/dates.ts'
import { type EncodedColumn, type Encoder, type Feature, scalesOf } from '../features/encoder.ts'
import { farthest, type Scaling } from '../features/scaling.ts'
import { phases } from './dateGraph.ts'
import { castTo, type GraphWriter, type Part } from './graphWriter.ts'

/** A feature of a column of numbers, its column among those of numbers, and its place in an encoded row. */
interface NumberFeature<Kind extends Feature['kind'] = Feature['kind']> {
  readonly feature: Extract<Feature, { kind: Kind }>
  readonly column: number
  readonly place: number
}

/** Whether the cells of a column go in as numbers (moments as milliseconds since 1970 UTC) rather than as texts. */
export const readsNumbers = (column: EncodedColumn): boolean => isNumeric(column.type)

/**
 * The encoder as operations: the same numbers as `encodeTable`, computed in double precision and rounded once.
 * @param cells one input [rows, 1] a column of the encoder
 * @returns [rows, features], NaN where a number is missing
 */
export function encoderGraph(writer: GraphWriter, encoder: Encoder, cells: readonly FileValue[]): FileValue {
  const numberColumns = encoder.columns.filter(readsNumbers)
  const numberInputs = cells.filter((_, index) => readsNumbers(columnAt(encoder, index)))
  const numbersOf = new Map(numberColumns.map(({ name }, index) => [name, index]))
  const features: NumberFeature[] = []
  const parts: Part[] = []
  let place = 0
  for (const [index, column] of encoder.columns.entries()) {
    const input = cells[index]
    if (!input) throw new Error(`Column ${column.name} has no input.`)
    if (readsNumbers(column)) {
      const own = numbersOf.get(column.name) ?? 0
      const first = place
      features.push(
        ...column.features.map((feature, offset) => ({ feature, column: own, place: first + offset })),
      )
    } else parts.push(categoryPart(writer, column, { encoder, input, first: place }))
    place += column.features.length
  }
  if (numberInputs.length > 0) {
    parts.push(numbersPart(writer, { encoder, numbers: writer.beside(numberInputs), features, numbersOf }))
  }
  return writer.inOrder(parts)
}

function columnAt(encoder: Encoder, index: number): EncodedColumn {
  const column = encoder.columns[index]
  if (!column) throw new Error(`The encoder has no column ${index}.`)
  return column
}

/** One-hot by a table of encoded rows: one row a level, one for other values, one for missing cells. */
function categoryPart(
  writer: GraphWriter,
  { features }: EncodedColumn,
  given: { readonly encoder: Encoder; readonly input: FileValue; readonly first: number },
): Part {
  const { encoder, input, first } = given
  const { scale } = scalesOf(encoder)
  const levels = features.flatMap((feature) => (feature.kind === 'level' ? [feature.value] : []))
  // An empty text is how a missing cell comes in.
  const keys = [...levels.filter((level) => level !== ''), '']
  const rows = [
    ...keys.slice(0, -1).map((key) => features.findIndex((one) => one.kind === 'level' && one.value === key)),
    features.findIndex((one) => one.kind === 'missing'),
    features.findIndex((one) => one.kind === 'other-level'),
  ]
  const table = Float32Array.from(
    rows.flatMap((hot) => features.map(({ scaling }, index) => scale(index === hot ? 1 : 0, scaling))),
  )
  const picked = writer.emit(
    'LabelEncoder',
    [input],
    { dtype: 'int64', shape: [rowsSide, 1] },
    {
      keys_strings: { strings: keys },
      values_int64s: { ints: keys.map((_, row) => row) },
      default_int64: { int: keys.length },
    },
    'ai.onnx.ml',
  )
  const flat = writer.emit('Squeeze', [picked, writer.whole([1])], { dtype: 'int64', shape: [rowsSide] })
  const value = writer.emit(
    'Gather',
    [writer.floats(table, [rows.length, features.length]), flat],
    { dtype: 'float32', shape: [rowsSide, features.length] },
    { axis: { int: 0 } },
  )
  return { places: features.map((_, offset) => first + offset), value }
}

/** All features of numbers and date-times at once, each kind in one go. */
function numbersPart(
  writer: GraphWriter,
  parts: {
    readonly encoder: Encoder
    readonly numbers: FileValue
    readonly features: readonly NumberFeature[]
    /** Place of each column among `numbers`. */
    readonly numbersOf: ReadonlyMap<string, number>
  },
): Part {
  const { encoder, numbers, features, numbersOf } = parts
  const like = (count: number) => ({ dtype: 'float64' as const, shape: [rowsSide, count] })
  const raw: Part[] = []
  const add = <Kind extends Feature['kind']>(
    kind: Kind,
    compute: (chosen: readonly NumberFeature<Kind>[], cells: FileValue) => FileValue,
  ) => {
    const isOfKind = (feature: Feature): feature is Extract<Feature, { kind: Kind }> => feature.kind === kind
    const chosen = features.flatMap(({ feature, ...at }) => (isOfKind(feature) ? [{ ...at, feature }] : []))
    if (chosen.length === 0) return
    const cells = writer.columns(
      numbers,
      chosen.map(({ column }) => column),
    )
    raw.push({ places: chosen.map(({ place }) => place), value: compute(chosen, cells) })
  }
  add('number', (_, cells) => cells)
  add('elapsed', (chosen, cells) => {
    const origins = writer.doubles(chosen.map(({ feature }) => feature.origin))
    const since = writer.emit('Sub', [cells, origins], like(chosen.length))
    return writer.emit('Div', [since, writer.double(dayMilliseconds)], like(chosen.length))
  })
  add('since-column', (chosen, cells) => {
    const others = writer.columns(
      numbers,
      chosen.map(({ feature }) => numbersOf.get(feature.column) ?? 0),
    )
    const since = writer.emit('Sub', [cells, others], like(chosen.length))
    return writer.emit('Div', [since, writer.double(1000)], like(chosen.length))
  })
  add('cycle', (chosen, cells) => {
    const angles = writer.emit(
      'Mul',
      [
        writer.double(2 * Math.PI),
        phases(
          writer,
          cells,
          chosen.map(({ feature }) => feature.period),
        ),
      ],
      like(chosen.length),
    )
    const waves = (['sine', 'cosine'] as const).flatMap((wave) => {
      const places = chosen.flatMap(({ feature }, index) => (feature.wave === wave ? [index] : []))
      if (places.length === 0) return []
      const operation = wave === 'sine' ? 'Sin' : 'Cos'
      return [
        { places, value: writer.emit(operation, [writer.columns(angles, places)], like(places.length)) },
      ]
    })
    return writer.inOrder(waves)
  })
  add('missing', (chosen, cells) =>
    writer.emit('Where', [isPresent(writer, cells), writer.double(0), writer.double(1)], like(chosen.length)),
  )
  const ordered = raw.flatMap((part) => part.places)
  const byPlace = new Map(features.map(({ place, feature }) => [place, feature.scaling]))
  const scalings = ordered.map((place) => {
    const scaling = byPlace.get(place)
    if (!scaling) throw new Error(`Feature ${place} has no scaling.`)
    return scaling
  })
  return {
    places: ordered,
    value: scaled(writer, { encoder, values: writer.beside(raw.map((part) => part.value)), scalings }),
  }
}

const isPresent = (writer: GraphWriter, value: FileValue): FileValue =>
  writer.emit('Less', [writer.emit('Abs', [value], value), writer.double(Number.POSITIVE_INFINITY)], {
    dtype: 'bool',
    shape: value.shape,
  })

/** The scaling of `scalesOf`, a column each; NaN where a value is not finite. */
function scaled(
  writer: GraphWriter,
  given: {
    readonly encoder: Encoder
    readonly values: FileValue
    readonly scalings: readonly Scaling[]
  },
): FileValue {
  const { encoder, values, scalings } = given
  const { shape } = values
  const double = { dtype: 'float64' as const, shape }
  const float = { dtype: 'float32' as const, shape }
  const centred = writer.emit('Sub', [values, writer.doubles(scalings.map(({ centre }) => centre))], double)
  const z = writer.emit('Div', [centred, writer.doubles(scalings.map(({ spread }) => spread))], double)
  const encoded = encoder.softClip ? softlyClipped(writer, z) : cutOff(writer, z)
  const rounded = writer.emit('Cast', [encoded], float, castTo.float32)
  const missing = writer.floats(Float32Array.of(Number.NaN), [])
  return writer.emit('Where', [isPresent(writer, values), rounded, missing], float)
}

/** `scale` of scaling.ts: beyond two spreads a value grows only logarithmically. */
function softlyClipped(writer: GraphWriter, z: FileValue): FileValue {
  const size = writer.emit('Min', [writer.emit('Abs', [z], z), writer.double(Number.MAX_VALUE)], z)
  const beyond = writer.emit('Max', [size, writer.double(2)], z)
  // log1p(size - 2): no digits that count are lost, since 2 is added.
  const logarithm = writer.emit('Log', [writer.emit('Sub', [beyond, writer.double(1)], z)], z)
  const grown = writer.emit('Add', [logarithm, writer.double(2)], z)
  const clipped = writer.emit('Mul', [writer.emit('Sign', [z], z), grown], z)
  const linear = writer.emit('Less', [size, writer.double(2)], { dtype: 'bool', shape: z.shape })
  return writer.emit('Where', [linear, z, clipped], z)
}

/** `scaleLinearly` of scaling.ts. */
function cutOff(writer: GraphWriter, z: FileValue): FileValue {
  const below = writer.emit('Min', [z, writer.double(farthest)], z)
  return writer.emit('Max', [below, writer.double(-farthest)], z)
}
