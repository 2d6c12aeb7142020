import type { Events } from '../../src/contract/api.ts'

type Handlers = { [Name in keyof Events]: Set<Events[Name]> }

/** The page's own list of who hears what. It outlives any one pipe to the core. */
interface Listeners {
  on<Name extends keyof Events>(name: Name, handler: Events[Name]): () => void
  /** Hand this to the pipe: every event it brings goes to all who listen. */
  readonly receive: Events
}

export function createListeners(): Listeners {
  const handlers: Handlers = {
    jobChanged: new Set(),
    projectChanged: new Set(),
    coreRestarted: new Set(),
    fileOpened: new Set(),
  }
  return {
    on(name, handler) {
      handlers[name].add(handler)
      return () => {
        handlers[name].delete(handler)
      }
    },
    receive: {
      jobChanged: (job) => {
        for (const handler of handlers.jobChanged) handler(job)
      },
      projectChanged: () => {
        for (const handler of handlers.projectChanged) handler()
      },
      coreRestarted: (notice) => {
        for (const handler of handlers.coreRestarted) handler(notice)
      },
      fileOpened: (source) => {
        for (const handler of handlers.fileOpened) handler(source)
      },
    },
  }
}
