import { exportFormats } from '../../contract/choices.ts'
import { Failure } from '../../contract/failure.ts'
import type { Dataset, ExportFormat } from '../../contract/records.ts'

const otherEndings: Readonly<Record<string, ExportFormat>> = { ndjson: 'jsonl', tab: 'tsv' }

/** The format that a file's ending asks for; CSV for any that asks for none. */
export function formatOf(target: string): ExportFormat {
  const ending = /\.(\w+)$/.exec(target)?.[1]?.toLowerCase() ?? ''
  return exportFormats.find((format) => format === ending) ?? otherEndings[ending] ?? 'csv'
}

/**
 * The columns that `--columns` lists, once each; undefined without it.
 * @throws Failure `bad-request` for a name that the table does not have
 */
export function chosenOutputs(
  { columns }: Pick<Dataset, 'columns'>,
  lists: readonly string[],
): readonly string[] | undefined {
  if (lists.length === 0) return undefined
  const names = new Set(columns.map(({ name }) => name))
  const chosen = lists.flatMap((list) =>
    // A column's own name may hold a comma.
    names.has(list) ? [list] : list.split(',').map((name) => name.trim()),
  )
  const unknown = chosen.find((name) => !names.has(name))
  if (unknown !== undefined) {
    throw new Failure('bad-request', `--columns ${unknown}: there is no such column. Check the name.`, {
      column: unknown,
    })
  }
  return [...new Set(chosen)]
}
