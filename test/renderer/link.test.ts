import { describe, expect, it } from 'vitest'
import { keepConnected, type Pipe } from '../../renderer/link.ts'
import { createListeners } from '../../renderer/state/listeners.ts'
import type { Api } from '../../src/contract/api.ts'
import { Failure } from '../../src/contract/failure.ts'
import { deferred, settled } from './fakeConnection.ts'
import { job, project } from './records.ts'

function pipe(name: string) {
  const listeners = createListeners()
  const closed = deferred<void>()
  const api = { readProject: async () => project({ name }) } as Partial<Api> as Api
  const one: Pipe = { api, on: listeners.on, closed: closed.promise }
  return { one, events: listeners.receive, close: () => closed.resolve() }
}

describe('a connection that outlives its pipe', () => {
  it('opens another pipe with growing waits, and events and calls go on over it', async () => {
    const [first, second] = [pipe('first'), pipe('second')]
    const turns = [first.one, null, null, second.one]
    const waits: number[] = []
    const connection = keepConnected(
      async () => {
        const next = turns.shift()
        if (next === undefined) return new Promise<Pipe>(() => {})
        if (next === null) throw new Failure('link-closed', 'not now')
        return next
      },
      {
        wait: async (milliseconds) => {
          waits.push(milliseconds)
        },
      },
    )
    const heard: string[] = []
    connection.on('jobChanged', ({ jobId }) => heard.push(jobId))
    await settled()
    expect(connection.link.value).toBe('open')
    expect((await connection.api.readProject({})).name).toBe('first')
    first.events.jobChanged(job({ jobId: 'a' }))

    first.close()
    await settled()
    expect(waits).toEqual([250, 500, 1000])
    expect((await connection.api.readProject({})).name).toBe('second')
    second.events.jobChanged(job({ jobId: 'b' }))
    expect(heard).toEqual(['a', 'b'])
  })

  it('refuses calls at once while there is no pipe', async () => {
    const connection = keepConnected(
      async () => {
        throw new Failure('link-closed', 'not now')
      },
      { wait: () => new Promise(() => {}) },
    )
    await settled()
    expect(connection.link.value).toBe('lost')
    await expect(connection.api.readProject({})).rejects.toMatchObject({ code: 'link-closed' })
  })

  it('says so when the host was restarted and refuses this page, and goes on trying', async () => {
    const turns = [deferred<void>(), deferred<void>(), deferred<void>()]
    let waits = 0
    let refused = true
    const second = pipe('second')
    const connection = keepConnected(
      async () => {
        if (waits < 2) throw new Failure('link-closed', 'not now')
        return second.one
      },
      { wait: () => turns[waits++]?.promise ?? new Promise(() => {}), isRefused: async () => refused },
    )
    await settled()
    expect(connection.link.value).toBe('lost')
    turns[0]?.resolve()
    await settled()
    expect(connection.link.value).toBe('refused')
    refused = false
    turns[1]?.resolve()
    await settled()
    expect(connection.link.value).toBe('open')
  })

  it('stops telling a handler that was taken off', async () => {
    const first = pipe('first')
    const connection = keepConnected(async () => first.one)
    const heard: string[] = []
    const stop = connection.on('jobChanged', ({ jobId }) => heard.push(jobId))
    await settled()
    first.events.jobChanged(job({ jobId: 'a' }))
    stop()
    first.events.jobChanged(job({ jobId: 'b' }))
    expect(heard).toEqual(['a'])
  })
})
