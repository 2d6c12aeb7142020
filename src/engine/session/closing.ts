interface Closable {
  close(): Promise<void>
}

/**
 * Closes whatever of these was opened. One that fails to close does not keep the others open: the first error is
 * thrown when all are done.
 */
export async function closeAll(opened: readonly (Promise<Closable> | undefined)[]): Promise<void> {
  const results = await Promise.allSettled(
    opened.map(async (one) => {
      // What failed to open has said so to whoever opened it, and has nothing to close.
      const closable = await one?.catch(() => undefined)
      await closable?.close()
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
