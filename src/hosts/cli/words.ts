/** A count with its noun: `1 row`, `1,200 rows`. `several` is for nouns that do not just take an s. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : several}`

/** A whole number with its thousands set off. */
export const whole = (value: number): string => value.toLocaleString('en')

/** Names and cells come from files: control characters must not reach the terminal. */
export const printable = (line: string): string => line.replace(/\p{Cc}/gu, '\uFFFD')
