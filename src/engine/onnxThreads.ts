import { availableParallelism } from 'node:os'
import type { Graph } from './graph.ts'
import { sizeOf } from './program/inputs.ts'

/** Multiplications in a graph's matrix products below which a second thread costs more than it brings. */
const worthSharing = 5e7
const mostThreads = 4

/**
 * Threads for one run of a graph: one where the products are small, otherwise up to four, leaving a core to the
 * window. The answer depends on the graph and the machine only, so that a run on the same machine repeats itself.
 */
export function threadsFor(graph: Graph, cores: number = availableParallelism()): number {
  const multiplications = graph.nodes
    .filter((node) => node.operation === 'MatMul' || node.operation === 'FusedMatMul')
    .reduce((total, node) => {
      const [a] = node.inputs
      const transposed = node.attributes.transA
      const inner = a?.shape.at(transposed && 'int' in transposed && transposed.int === 1 ? -2 : -1) ?? 1
      return total + inner * sizeOf(node.outputs[0]?.shape ?? [])
    }, 0)
  return multiplications < worthSharing ? 1 : Math.max(1, Math.min(mostThreads, cores - 1))
}
