import type { CellVector, TableChunk } from './table.ts'

/**
 * Some rows of a chunk, as a chunk of their own.
 * @param indices positions within the chunk, ascending
 */
export function selectRows(chunk: TableChunk, indices: readonly number[]): TableChunk {
  const vectors = chunk.vectors.map(
    (vector): CellVector =>
      vector.kind === 'number'
        ? {
            kind: 'number',
            values: Float64Array.from(indices, (index) => vector.values[index] ?? Number.NaN),
          }
        : { kind: 'text', values: indices.map((index) => vector.values[index] ?? null) },
  )
  return { firstRow: chunk.firstRow + (indices[0] ?? 0), rows: indices.length, vectors }
}
