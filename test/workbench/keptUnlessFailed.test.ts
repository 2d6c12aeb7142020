import { expect, it } from 'vitest'
import { keptUnlessFailed } from '../../src/workbench/keptUnlessFailed.ts'

it('makes a value once, also for calls that come while it is made', async () => {
  let made = 0
  const value = keptUnlessFailed(async () => {
    made += 1
    return made
  })
  expect(await Promise.all([value(), value()])).toEqual([1, 1])
  expect(await value()).toBe(1)
})

it('tries again after a failure, and keeps what the second try made', async () => {
  let made = 0
  const value = keptUnlessFailed(async () => {
    made += 1
    if (made === 1) throw new Error('not yet')
    return made
  })
  expect(await Promise.allSettled([value(), value()])).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  expect([await value(), await value()]).toEqual([2, 2])
})
