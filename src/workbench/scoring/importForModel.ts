import type { ColumnChoice, Dataset, Dialect, SchemaDifference } from '../../contract/records.ts'
import { isNumeric } from '../../pipeline/dataset/layout.ts'
import { countMisfits } from '../../pipeline/dataset/misfits.ts'
import type { Encoder } from '../../pipeline/features/encoder.ts'
import { importTable, previewTable } from '../../pipeline/import/formats/openTable.ts'
import { refuseNothingInCommon } from '../../pipeline/scoring/align.ts'
import type { Context } from '../context.ts'
import { tableName } from '../tableName.ts'

type Retyped = Extract<SchemaDifference, { kind: 'retyped-column' }>

/**
 * Imports a file whose rows a model will score: the columns that the model reads get the types that it was trained
 * with, whatever they would be taken for.
 * @returns the data set, and the columns with cells that did not fit those types
 * @throws Failure as an import does, and `no-usable-columns` when the file has no column that the model reads
 */
export async function importForModel(
  { database, folder }: Context,
  input: {
    readonly encoder: Encoder
    readonly datasetId: string
    readonly path: string
    readonly fileName: string
    readonly dialect?: Partial<Dialect> | undefined
    readonly signal: AbortSignal
    readonly onProgress: (phase: string, share: number | null) => void
  },
): Promise<{ readonly dataset: Dataset; readonly misfits: readonly Retyped[] }> {
  const { encoder, datasetId, path, fileName, dialect, signal, onProgress } = input
  const preview = await previewTable({
    database,
    temporaryFolder: folder.temporary,
    path,
    fileName,
    dialect,
  })
  refuseNothingInCommon(
    encoder,
    preview.columns.map(({ name }) => name),
  )
  const found = new Map(preview.columns.map(({ name, type }) => [name, type]))
  const wanted = encoder.columns.filter(({ name }) => found.has(name))
  const columns = Object.fromEntries(
    wanted.map(({ name, type }): [string, ColumnChoice] => [
      name,
      // What reads as the type anyway is left to the import, which sees more of the file than a preview.
      { role: 'feature', ...(found.get(name) === type || type === 'constant' ? {} : { type }) },
    ]),
  )
  const dataset = await importTable({
    database,
    temporaryFolder: folder.temporary,
    sourceFolder: folder.sources,
    path,
    fileName,
    datasetId,
    name: tableName(fileName),
    dialect,
    columns,
    signal,
    onProgress,
  })
  const forced = wanted.filter(({ name, type }) => isNumeric(type) && columns[name]?.type !== undefined)
  const counts = await countMisfits(
    database,
    dataset,
    forced.map(({ name }) => name),
  )
  const misfits = forced.flatMap(({ name, type }, index): Retyped[] => {
    const count = counts[index] ?? 0
    if (count === 0) return []
    const natural = found.get(name) ?? type
    return [{ kind: 'retyped-column', column: name, expected: type, found: natural, misfits: count }]
  })
  return { dataset, misfits }
}
