import { Failure } from '../../contract/failure.ts'
import type { Column, ColumnChoice, Dataset } from '../../contract/records.ts'
import { UsageError } from './usageError.ts'

/**
 * The roles that the options ask for, by column name. A column that was taken for the label gives way to
 * the one named, and is left out of training all the same.
 */
export function chosenColumns(
  dataset: Dataset,
  options: {
    readonly label?: string | undefined
    readonly id?: string | undefined
    readonly ignore?: readonly string[] | undefined
  },
): Record<string, ColumnChoice> {
  const names = dataset.columns.map((column) => column.name)
  const roles = new Map<string, ColumnChoice>()
  if (options.label !== undefined) {
    const label = knownColumn(names, '--label', options.label)
    for (const column of dataset.columns) {
      if (column.role === 'label' && column.name !== label) roles.set(column.name, { role: 'ignored' })
    }
    roles.set(label, { role: 'label' })
  }
  if (options.id !== undefined) roles.set(knownColumn(names, '--id', options.id), { role: 'identifier' })
  for (const list of options.ignore ?? []) {
    // A column's own name may hold a comma.
    const listed = names.includes(list) ? [list] : list.split(',').map((name) => name.trim())
    refuseTwoRoles({ ...options, ignored: listed })
    for (const name of listed) roles.set(knownColumn(names, '--ignore', name), { role: 'ignored' })
  }
  return Object.fromEntries(roles)
}

/** Throws a UsageError when one column is given two roles. */
export function refuseTwoRoles(roles: {
  readonly label?: string | undefined
  readonly id?: string | undefined
  readonly ignored: readonly string[]
}): void {
  const { label, id, ignored } = roles
  const twice = (one: string, other: string, name: string) =>
    new UsageError(`${one} and ${other} both name "${name}"; a column can only be one of them.`)
  if (label !== undefined && label === id) throw twice('--label', '--id', label)
  if (label !== undefined && ignored.includes(label)) throw twice('--label', '--ignore', label)
  if (id !== undefined && ignored.includes(id)) throw twice('--id', '--ignore', id)
}

/** The columns that a model was not trained on, each with the reason in a word or two. */
export function leftOut(
  columns: readonly Column[],
  chosen: Readonly<Record<string, ColumnChoice>>,
): { readonly name: string; readonly why: string }[] {
  return columns
    .filter((column) => column.role !== 'feature')
    .map((column) => ({ name: column.name, why: reasonLeftOut(column, chosen[column.name]) }))
}

function reasonLeftOut({ role, type, distinct }: Column, choice: ColumnChoice | undefined): string {
  if (role !== 'ignored') return role
  if (choice?.role === 'ignored') return 'ignored'
  if (type === 'constant') return distinct === 0 ? 'no values' : 'constant'
  return type === 'text' ? 'text' : 'ignored'
}

/** The name, if the table has it. Otherwise a Failure that names the columns it may have been meant for. */
function knownColumn(names: readonly string[], option: string, name: string): string {
  if (names.includes(name)) return name
  const near = nearMisses(name, names)
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `The columns are ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''}.`
  throw new Failure('bad-request', `${option}: the file has no column "${name}". ${hint}`, { column: name })
}

/** At most three names that differ from `name` by a few letters or by case, nearest first. */
export function nearMisses(name: string, names: readonly string[]): string[] {
  const most = Math.max(1, Math.round(name.length * 0.4))
  return names
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((one, other) => one.distance - other.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Levenshtein's distance: insertions, deletions and replacements that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
