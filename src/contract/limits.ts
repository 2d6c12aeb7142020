/** The largest chunk of an upload, in bytes. */
export const largestChunk = 8 * 2 ** 20
