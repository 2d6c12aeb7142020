/** The largest chunk of an upload, in bytes. */
export const largestChunk = 8 * 2 ** 20

/** Rows that the clipboard takes at a time; more belong in a file. */
export const mostCopiedRows = 10_000
