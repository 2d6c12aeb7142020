import { availableParallelism } from 'node:os'
import type { Graph } from './graph.ts'
import { sizeOf } from './program/inputs.ts'

/**
 * Multiplications in a graph's matrix products from which several threads are worth it. Measured on two cores: a step
 * with 13 million of them takes as long on two threads as on one, one with 128 million 0.60 of it, with 282 million 0.63.
 */
const worthSharing = 5e7
const mostThreads = 4

/**
 * Threads for one run of a graph: one where the products are small, otherwise up to four. The answer depends on the
 * graph and the machine only, because the last bits of the results depend on the answer.
 */
export function threadsFor(graph: Graph, cores: number = availableParallelism()): number {
  return multiplicationsOf(graph) < worthSharing ? 1 : Math.max(1, Math.min(mostThreads, cores))
}

/** Multiplications in a graph's matrix products. */
export function multiplicationsOf(graph: Graph): number {
  return graph.nodes
    .filter((node) => products.has(node.operation))
    .reduce((total, node) => {
      const [a] = node.inputs
      const transposed = node.attributes.transA
      const inner = a?.shape.at(transposed && 'int' in transposed && transposed.int === 1 ? -2 : -1) ?? 1
      return total + inner * sizeOf(node.outputs[0]?.shape ?? [])
    }, 0)
}

const products = new Set(['MatMul', 'FusedMatMul', 'Gemm'])
