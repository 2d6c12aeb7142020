import { onScopeDispose, type Ref, type ShallowRef, shallowRef } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { WireFailure } from '../../src/contract/records.ts'

/** One question's last answer, its failure, and whether an answer is awaited. */
interface Ask<Answer> {
  readonly value: ShallowRef<Answer | null>
  readonly failure: ShallowRef<WireFailure | null>
  readonly busy: Ref<boolean>
  /** Asks; resolves to the answer, or null when it failed or a newer question overtook it. */
  ask(question: () => Promise<Answer>): Promise<Answer | null>
  /** Forgets the answer and ignores what is still under way. */
  clear(): void
}

/** Holds the answer to the newest question only: a late answer never overwrites a newer one. */
export function useAsk<Answer>(): Ask<Answer> {
  const value = shallowRef<Answer | null>(null)
  const failure = shallowRef<WireFailure | null>(null)
  const busy = shallowRef(false)
  let newest = 0

  async function ask(question: () => Promise<Answer>): Promise<Answer | null> {
    const mine = ++newest
    busy.value = true
    try {
      const answer = await question()
      if (mine !== newest) return null
      value.value = answer
      failure.value = null
      return answer
    } catch (thrown) {
      if (mine === newest) failure.value = toWireFailure(thrown)
      return null
    } finally {
      if (mine === newest) busy.value = false
    }
  }

  function clear(): void {
    newest += 1
    value.value = null
    failure.value = null
    busy.value = false
  }

  onScopeDispose(() => {
    newest += 1
  }, true)
  return { value, failure, busy, ask, clear }
}
