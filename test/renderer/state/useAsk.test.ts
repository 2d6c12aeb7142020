import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useAsk } from '../../../renderer/state/useAsk.ts'
import { Failure } from '../../../src/contract/failure.ts'
import { deferred } from '../fakeConnection.ts'

describe('useAsk', () => {
  it('keeps the newest answer when an older one arrives later', async () => {
    const { value, busy, ask } = useAsk<string>()
    const [slow, quick] = [deferred<string>(), deferred<string>()]
    const first = ask(() => slow.promise)
    const second = ask(() => quick.promise)
    quick.resolve('new')
    expect(await second).toBe('new')
    slow.resolve('old')
    expect(await first).toBe(null)
    expect(value.value).toBe('new')
    expect(busy.value).toBe(false)
  })

  it('keeps the last answer beside a failure and drops the failure with the next answer', async () => {
    const { value, failure, ask } = useAsk<string>()
    await ask(async () => 'kept')
    await ask(async () => {
      throw new Failure('disk', 'The disk is full.')
    })
    expect([value.value, failure.value?.message]).toEqual(['kept', 'The disk is full.'])
    await ask(async () => 'next')
    expect([value.value, failure.value]).toEqual(['next', null])
  })

  it('hears nothing more once its scope has ended', async () => {
    const scope = effectScope()
    const late = deferred<string>()
    const asked = scope.run(() => useAsk<string>())
    const answer = asked?.ask(() => late.promise)
    scope.stop()
    late.resolve('late')
    expect(await answer).toBe(null)
    expect(asked?.value.value).toBe(null)
  })
})
