import { UsageError } from './usageError.ts'

/** The one word that is no option. Throws a UsageError. */
export function oneFile(command: string, positionals: readonly string[]): string {
  const [file, ...more] = positionals
  if (file === undefined) throw new UsageError(`Name the file to look into: residual ${command} FILE.`)
  if (more.length > 0) throw new UsageError(`Name one file at a time; ${more.join(' ')} is one too many.`)
  return file
}

/** A whole number within a range. Throws a UsageError. */
export function wholeNumber(
  option: string,
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < from || value > to)
    throw new UsageError(`${option} ${text}: a whole number from ${from} to ${to} is needed.`)
  return value
}

/** An empty name would stand for the folder that the person happens to be in. */
export function refuseEmpty<Name extends string>(
  values: Partial<Record<NoInfer<Name>, string | undefined>>,
  names: readonly Name[],
): void {
  for (const name of names) {
    if (values[name] === '') throw new UsageError(`--${name} needs a name; what was given is empty.`)
  }
}
