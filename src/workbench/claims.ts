import { Failure } from '../contract/failure.ts'

/** Gives a claim back; a second call does nothing. */
export type Release = () => void

export interface Claims {
  /** Uses data sets or runs together with others. @throws Failure `busy` while someone has one alone */
  share(...ids: readonly string[]): Release
  /** Has a data set or run alone, to change or delete it. @throws Failure `busy` while anyone uses it */
  own(id: string): Release
}

/**
 * Who uses which data set or run right now. Taken synchronously, before the first await, so that a deletion
 * and a training that arrive together cannot both begin.
 */
export function createClaims(): Claims {
  const sharing = new Map<string, number>()
  const owned = new Set<string>()

  const once = (give: () => void): Release => {
    let held = true
    return () => {
      if (held) give()
      held = false
    }
  }

  return {
    share(...ids) {
      if (ids.some((id) => owned.has(id))) {
        throw busy('It is being changed or deleted right now. Try again in a moment.')
      }
      for (const id of ids) sharing.set(id, (sharing.get(id) ?? 0) + 1)
      return once(() => {
        for (const id of ids) {
          const left = (sharing.get(id) ?? 1) - 1
          if (left === 0) sharing.delete(id)
          else sharing.set(id, left)
        }
      })
    },
    own(id) {
      if (owned.has(id) || sharing.has(id)) {
        throw busy('A job is using it right now. Wait for the job, or cancel it first.')
      }
      owned.add(id)
      return once(() => owned.delete(id))
    },
  }
}

const busy = (message: string) => new Failure('busy', message)
