import { setImmediate } from 'node:timers/promises'
import type { Dataset, HealthFinding } from '../../contract/records.ts'
import type { Database } from '../dataset/database.ts'
import { tableError } from '../dataset/layout.ts'
import { constantColumns, mostlyMissing, shapeOf } from './columnChecks.ts'
import { duplicateRows } from './duplicateRows.ts'
import { gathered } from './gathered.ts'
import { leakingColumns } from './leakage.ts'
import { correlatedColumns, duplicateColumns } from './pairChecks.ts'
import { sampleTable } from './sample.ts'

/**
 * What is worth knowing about a table before a model is trained on it, serious findings first. Most of it is found in
 * at most some 100,000 rows; what is said of every row is compared in every row.
 * @throws Failure `not-found` for a table that is gone; AbortError
 */
export async function checkHealth(input: {
  readonly database: Database
  readonly dataset: Dataset
  readonly signal?: AbortSignal | undefined
}): Promise<HealthFinding[]> {
  const { database, dataset, signal } = input
  try {
    const sample = await sampleTable(database, dataset, signal)
    const shapes: HealthFinding[] = []
    for (const one of sample.columns) {
      shapes.push(...shapeOf(sample, one))
      // One column of 100,000 rows is sorted within some milliseconds; calls come in between.
      await setImmediate()
      signal?.throwIfAborted()
    }
    const leaks = leakingColumns(sample)
    const copies = await duplicateColumns(database, dataset, sample)
    const told = new Set(copies.flatMap(({ columns }) => columns.slice(1)))
    const findings = [
      ...leaks,
      ...shapes,
      ...copies,
      ...(await correlatedColumns(sample, told, signal)),
      ...constantColumns(dataset),
      ...mostlyMissing(dataset),
      ...(await duplicateRows(database, dataset)),
    ]
    return gathered(findings).sort((one, other) => Number(other.serious) - Number(one.serious))
  } catch (error) {
    throw tableError(error, dataset.datasetId)
  }
}
