import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Api } from '../../src/contract/api.ts'
import { createTraffic } from '../../src/workbench/traffic.ts'

/** An Api of which only listJobs is ever called. */
const onlyJobs = (listJobs: Api['listJobs']) => ({ listJobs }) as Api

describe('traffic', () => {
  it('lets a call finish before long work goes on', async () => {
    const traffic = createTraffic()
    const order: string[] = []
    const api = traffic.counted(
      onlyJobs(async () => {
        for (let turn = 0; turn < 5; turn++) await sleep(1)
        order.push('answered')
        return []
      }),
    )
    const call = api.listJobs({})
    await traffic.quiet()
    order.push('work goes on')
    await call
    expect(order).toEqual(['answered', 'work goes on'])
  })

  it('does not let a call that never ends stop the work, nor one that fails count for ever', async () => {
    const traffic = createTraffic()
    const never = traffic.counted(onlyJobs(() => new Promise(() => undefined)))
    void never.listJobs({})
    await traffic.quiet()

    const other = createTraffic()
    const failing = other.counted(onlyJobs(() => Promise.reject(new Error('no'))))
    await expect(failing.listJobs({})).rejects.toThrow('no')
    let rested = false
    const rest = other.quiet().then(() => {
      rested = true
    })
    await sleep(50)
    expect(rested).toBe(true)
    await rest
  })
})
