/** Longest name kept; the rest of a longer header is cut off. */
const longest = 200

/**
 * One unique, non-empty name a column. Blank headers become `column 3`; repeats get `_2`, `_3`.
 * Names that JavaScript objects inherit get a trailing underscore, so that a record keyed by name is safe.
 */
export function safeColumnNames(headers: readonly string[], width: number): string[] {
  const used = new Set<string>()
  const taken = new Set(headers.map((header) => header.trim()))
  return Array.from({ length: width }, (_, index) => {
    const trimmed = (headers[index] ?? '').replace(/\s+/g, ' ').trim().slice(0, longest)
    const inherited = trimmed in Object.prototype
    const base = trimmed === '' ? `column ${index + 1}` : inherited ? `${trimmed}_` : trimmed
    let name = base
    for (let count = 2; used.has(name) || (name !== trimmed && taken.has(name)); count++) {
      name = `${base}_${count}`
    }
    used.add(name)
    return name
  })
}
