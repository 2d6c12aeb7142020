import type { ModelSpec } from '../../engine/engine.ts'
import type { DeclaredValue, FileGraph, FileNode, FileValue } from '../../engine/onnxFile.ts'
import { named } from '../../engine/program/inputs.ts'
import { judgedFeatures } from '../../engine/program/loss.ts'
import { createScoringProgram } from '../../engine/program.ts'
import { type RowGraph, rowsSide, traceForAnyRows } from '../../engine/rowGraph.ts'
import { type EncodedColumn, type Encoder, featureCount } from '../features/encoder.ts'
import type { TrainedModel } from '../training/trainedModel.ts'
import { encoderGraph, readsNumbers } from './encoderGraph.ts'
import { castTo, GraphWriter, type Part } from './graphWriter.ts'

/** Name of the initializer that holds all weights in one vector. */
export const weightsName = 'residual/weights'
const outputNames = ['score', 'flag', 'shares', 'reconstruction'] as const

/** What an input of the file is for. */
export interface ModelInput {
  readonly column: EncodedColumn
  /** The column's name; where that is taken, with an addition. */
  readonly name: string
}

/** One input a column of the encoder, in its order. */
export function modelInputs({ columns }: Encoder): ModelInput[] {
  const taken = new Set<string>(['', ...outputNames])
  return columns.map((column) => {
    let name = column.name
    while (taken.has(name) || name.startsWith('residual/')) name = `column ${name}`
    taken.add(name)
    return { column, name }
  })
}

/**
 * The whole way from raw columns to results: the encoder, the network as it scores, and the sums over its errors.
 * Any number of rows.
 * @param cut scores of at least this are flagged
 */
export function modelGraph({ encoder, spec, state }: TrainedModel, cut: number): FileGraph {
  const writer = new GraphWriter('residual/')
  const inputs = modelInputs(encoder).map(declared)
  const encoded = encoderGraph(writer, encoder, inputs)
  const { nodes, errors, reconstruction } = scoringNodes(writer, { spec, weights: state.weights, encoded })
  const results = new GraphWriter('residual/result ')
  resultNodes(results, { encoder, spec, encoded, errors, reconstruction, cut })
  return {
    name: 'residual',
    inputs,
    nodes: [...writer.nodes, ...nodes, ...results.nodes],
    outputs: outputs(encoder),
  }
}

function declared({ column, name }: ModelInput): DeclaredValue {
  const shape = [rowsSide, 1]
  if (column.type === 'date-time') {
    const description = `Column "${column.name}": moments in milliseconds since 1970-01-01 UTC. NaN where missing.`
    return { name, dtype: 'float64', shape, description }
  }
  if (readsNumbers(column))
    return {
      name,
      dtype: 'float64',
      shape,
      description: `Column "${column.name}": numbers. NaN where missing.`,
    }
  const description = `Column "${column.name}": texts. The empty text where missing; values not seen in training count as "another value".`
  return { name, dtype: 'string', shape, description }
}

function outputs(encoder: Encoder): DeclaredValue[] {
  const names = encoder.columns.map(({ name }) => `"${name}"`).join(', ')
  return [
    {
      name: 'score',
      dtype: 'float32',
      shape: [rowsSide],
      description: 'How badly each row fits what was learnt: the higher, the stranger.',
    },
    {
      name: 'flag',
      dtype: 'bool',
      shape: [rowsSide],
      description: 'Whether the score reaches the threshold.',
    },
    {
      name: 'shares',
      dtype: 'float32',
      shape: [rowsSide, encoder.columns.length],
      description: `Part of each column in the score; a row's parts add up to its score. Columns: ${names}.`,
    },
    {
      name: 'reconstruction',
      dtype: 'float32',
      shape: [rowsSide, featureCount(encoder)],
      description: 'What the network makes of each row, in encoded units.',
    },
  ]
}

/** The network on encoded rows, as the scoring program of the engine has it. */
function scoringNodes(
  writer: GraphWriter,
  given: { readonly spec: ModelSpec; readonly weights: Float32Array; readonly encoded: FileValue },
): { nodes: readonly FileNode[]; errors: FileValue; reconstruction: FileValue } {
  const { spec, weights, encoded } = given
  const graph = scoringGraph(spec)
  const [weightsInput, rowsInput] = graph.inputs
  const rows = writer.emit('Unsqueeze', [encoded, writer.whole([0])], {
    dtype: 'float32',
    shape: [1, rowsSide, spec.features],
  })
  const initializer: FileValue = {
    name: weightsName,
    dtype: 'float32',
    shape: [weights.length],
    constant: weights,
  }
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((value) =>
      value === weightsInput ? initializer : value === rowsInput ? rows : value,
    ),
  }))
  return {
    nodes,
    errors: named(graph.outputs, 'errors'),
    reconstruction: named(graph.outputs, 'reconstruction'),
  }
}

function scoringGraph(spec: ModelSpec): RowGraph {
  const program = createScoringProgram(spec)
  return traceForAnyRows(
    {
      inputs: (rows) => [
        { name: 'weights', shape: [program.layout.size], dtype: 'float32' },
        { name: 'rows', shape: [1, rows, spec.features], dtype: 'float32' },
      ],
      // Rows to score may have missing cells even where those of the training had none.
      run: (inputs) => program.score(named(inputs, 'weights'), named(inputs, 'rows'), true),
    },
    'residual/network ',
  )
}

/** Sums as the scorer forms them: over present cells that are judged, in double precision, by column. */
function resultNodes(
  writer: GraphWriter,
  given: {
    readonly encoder: Encoder
    readonly spec: ModelSpec
    readonly encoded: FileValue
    readonly errors: FileValue
    readonly reconstruction: FileValue
    readonly cut: number
  },
): void {
  const { encoder, spec, encoded, errors, reconstruction, cut } = given
  const [columns, features] = [encoder.columns.length, featureCount(encoder)]
  const double = (...shape: (string | number)[]) => ({ dtype: 'float64' as const, shape })
  const judged = judgedFeatures(spec)
  // The context is given, not judged.
  const cells = judged.length === features ? encoded : writer.columns(encoded, judged)
  const missing = writer.emit('IsNaN', [cells], { dtype: 'bool', shape: cells.shape })
  const isPresent = writer.emit('Not', [missing], { dtype: 'bool', shape: cells.shape })
  const ones = writer.emit('Cast', [isPresent], double(rowsSide, judged.length), castTo.float64)
  const counts = writer.emit('ReduceSum', [ones, writer.whole([1])], double(rowsSide, 1))
  // A row without any such cell scores 0.
  const present = writer.emit('Max', [counts, writer.double(1)], double(rowsSide, 1))
  const costs = writer.emit('Cast', [errors], double(rowsSide, features), castTo.float64)
  const sums = columnSums(writer, costs, encoder)
  const shares = writer.emit('Div', [sums, present], double(rowsSide, columns))
  writer.emit('Cast', [shares], { as: 'shares', dtype: 'float32', shape: [] }, castTo.float32)
  const total = writer.emit('ReduceSum', [costs, writer.whole([1])], double(rowsSide, 1))
  const mean = writer.emit('Div', [total, present], double(rowsSide, 1))
  const flat = writer.emit('Squeeze', [mean, writer.whole([1])], double(rowsSide))
  const score = writer.emit(
    'Cast',
    [flat],
    { as: 'score', dtype: 'float32', shape: [rowsSide] },
    castTo.float32,
  )
  // Compared as they are given out: a cut copied from a score flags the row it was copied from.
  const compared = writer.emit('Cast', [score], double(rowsSide), castTo.float64)
  writer.emit('GreaterOrEqual', [compared, writer.double(cut)], {
    as: 'flag',
    dtype: 'bool',
    shape: [rowsSide],
  })
  writer.emit('Identity', [reconstruction], { as: 'reconstruction', dtype: 'float32', shape: [] })
}

/** The features' values [rows, features] summed up by column [rows, columns]: those with as many features at once. */
function columnSums(writer: GraphWriter, values: FileValue, encoder: Encoder): FileValue {
  const ofCount = new Map<number, { readonly columns: number[]; readonly features: number[] }>()
  let next = 0
  for (const [column, { features: own }] of encoder.columns.entries()) {
    const alike = ofCount.get(own.length) ?? { columns: [], features: [] }
    ofCount.set(own.length, alike)
    alike.columns.push(column)
    for (const _ of own) alike.features.push(next++)
  }
  const parts = [...ofCount].map(([count, { columns, features }]): Part => {
    const own = writer.columns(values, features)
    if (count === 1) return { places: columns, value: own }
    const double = (...shape: (string | number)[]) => ({ dtype: 'float64' as const, shape })
    // 0 keeps the side as it is.
    const apart = writer.emit(
      'Reshape',
      [own, writer.whole([0, columns.length, count])],
      double(rowsSide, columns.length, count),
    )
    const sum = writer.emit('ReduceSum', [apart, writer.whole([2])], double(rowsSide, columns.length), {
      keepdims: { int: 0 },
    })
    return { places: columns, value: sum }
  })
  return writer.inOrder(parts)
}
