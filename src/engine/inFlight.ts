/** Work that must have ended before what it uses is closed. */
export interface InFlight {
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** Resolves when nothing runs any more, however it ended. */
  landed(): Promise<void>
}

export function inFlight(): InFlight {
  const running = new Set<Promise<unknown>>()
  return {
    async run(work) {
      const started = work()
      running.add(started)
      try {
        return await started
      } finally {
        running.delete(started)
      }
    },
    async landed() {
      await Promise.allSettled(running)
    },
  }
}
