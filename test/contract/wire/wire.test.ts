import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Api } from '../../../src/contract/api.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { Job } from '../../../src/contract/records.ts'
import { type Connection, connect } from '../../../src/contract/wire/connect.ts'
import { type Served, serve } from '../../../src/contract/wire/serve.ts'
import { type LinkPair, portPair, socketPair } from './linkKinds.ts'

const job: Job = {
  jobId: 'j',
  kind: 'training',
  title: 'Training',
  startedAt: '2026-01-01T00:00:00Z',
  phase: 'step 3',
  progress: null,
  secondsLeft: null,
  curve: [{ step: 1, train: Number.NaN, validation: null, gradientNorm: null }],
  status: { state: 'running' },
}

const never = new Promise<never>(() => undefined)

/** An Api with the few calls that the suite needs; anything else is absent. */
const served = {
  readScores: async ({ runId }: { runId: string }) => ({
    runId,
    scores: new Float32Array([Number.POSITIVE_INFINITY, Number.NaN, 1.5]),
    rows: new Int32Array([7, -1, 2]),
    labels: new Uint8Array([1, 0, 255]),
  }),
  appendUpload: async ({ chunk }: { chunk: Uint8Array }) => ({
    received: chunk.reduce((sum, byte) => sum + byte, 0),
  }),
  readRun: async () => {
    throw new Failure('not-found', 'There is no such run.', { runId: 'r', tries: 3, last: null })
  },
  deleteRun: async () => {
    throw new TypeError('a bug')
  },
  explainRow: async () => ({ shares: () => 1 }),
  readEvaluation: async () => null,
  listJobs: () => never,
  startTraining: async (input: unknown) => ({ jobId: JSON.stringify(input) }),
} as unknown as Api

describe.each([
  ['a message port', portPair],
  ['a WebSocket', socketPair],
])('over %s', (_, open) => {
  let pair: LinkPair
  let server: Served
  let client: Connection

  beforeEach(async () => {
    pair = await open()
    server = serve(pair.far, served)
    client = connect(pair.near)
  })
  afterEach(() => pair.dispose())

  it('returns typed arrays with NaN and infinities as they were', async () => {
    expect(await client.api.readScores({ runId: 'r' })).toEqual({
      runId: 'r',
      scores: new Float32Array([Number.POSITIVE_INFINITY, Number.NaN, 1.5]),
      rows: new Int32Array([7, -1, 2]),
      labels: new Uint8Array([1, 0, 255]),
    })
  })

  it('carries a chunk of 8 MiB', async () => {
    const chunk = new Uint8Array(8 * 2 ** 20).fill(1)
    expect(await client.api.appendUpload({ uploadId: 'u', chunk })).toEqual({ received: 8 * 2 ** 20 })
  })

  it('returns null', async () => {
    expect(await client.api.readEvaluation({ runId: 'r' })).toBeNull()
  })

  it('keeps code, message and details of a failure', async () => {
    const failure = await client.api.readRun({ runId: 'r' }).catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(Failure)
    expect({ ...(failure as Failure), message: (failure as Failure).message }).toEqual({
      name: 'Failure',
      code: 'not-found',
      message: 'There is no such run.',
      details: { runId: 'r', tries: 3, last: null },
    })
  })

  it('passes an unexpected error on as a bug', async () => {
    await expect(client.api.deleteRun({ runId: 'r' })).rejects.toMatchObject({
      code: 'bug',
      message: 'a bug',
    })
  })

  it.each(['noSuchCall', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'then', '$close'])(
    'refuses the name %s',
    async (name) => {
      await expect(client.call(name, {})).rejects.toMatchObject({ code: 'unknown-method' })
    },
  )

  it('refuses input that breaks the contract, naming the field', async () => {
    const wrong = { runId: 'r', rule: 'manual', value: 'high' }
    await expect(client.call('setThreshold', wrong)).rejects.toMatchObject({
      code: 'bad-request',
      details: { method: 'setThreshold', field: 'value' },
    })
  })

  it('treats fields that are undefined as left out', async () => {
    const { jobId } = await client.api.startTraining({ datasetId: 'd', settings: undefined })
    expect(JSON.parse(jobId)).toEqual({ datasetId: 'd' })
  })

  it('turns an answer that cannot be sent into a failure', async () => {
    await expect(client.api.explainRow({ runId: 'r', row: 0 })).rejects.toMatchObject({ code: 'unsendable' })
    expect(await client.api.readEvaluation({ runId: 'r' })).toBeNull()
  })

  it('turns input that cannot be sent into a failure', async () => {
    await expect(client.call('readRun', { runId: () => 1 })).rejects.toMatchObject({ code: 'unsendable' })
  })

  it('rejects every waiting call when the link dies, and every later one', async () => {
    const waiting = [client.api.listJobs({}), client.api.listJobs({})]
    await client.api.readEvaluation({ runId: 'r' })
    pair.cut()
    const ends = await Promise.allSettled(waiting)
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as Failure).code)).toEqual([
      'link-closed',
      'link-closed',
    ])
    await client.closed
    await expect(client.api.readEvaluation({ runId: 'r' })).rejects.toMatchObject({ code: 'link-closed' })
  })

  it('announces events in order, and keeps those that come before a handler', async () => {
    server.announce('fileOpened', { path: '/a.csv', name: 'a.csv' })
    server.announce('jobChanged', job)
    await client.api.readEvaluation({ runId: 'r' })
    const seen: unknown[] = []
    client.on('fileOpened', (source) => seen.push(source))
    const stop = client.on('jobChanged', (changed) => seen.push(changed))
    server.announce('jobChanged', { ...job, phase: 'step 4' })
    await client.api.readEvaluation({ runId: 'r' })
    stop()
    server.announce('jobChanged', { ...job, phase: 'step 5' })
    await client.api.readEvaluation({ runId: 'r' })
    expect(seen).toEqual([{ path: '/a.csv', name: 'a.csv' }, job, { ...job, phase: 'step 4' }])
  })

  it('goes on after messages that are not of this wire', async () => {
    const garbage = pair.near
    for (const message of [null, 7, 'text', [], {}, { t: 'q' }, { t: 'q', m: 'x', a: 1 }, { t: 's', i: 'x' }])
      garbage.post(message)
    expect(await client.api.readEvaluation({ runId: 'r' })).toBeNull()
  })

  it('can be awaited without calling anything', async () => {
    expect(await Promise.resolve(client.api)).toBe(client.api)
  })
})

describe('a WebSocket', () => {
  it.each([['text'], [Buffer.from([0xc1])], [Buffer.from([0x91])]])(
    'closes on a frame that cannot be read: %o',
    async (garbage) => {
      const pair = await socketPair()
      serve(pair.far, served)
      const client = connect(pair.near)
      const waiting = client.api.listJobs({})
      pair.sendRaw(garbage)
      await expect(waiting).rejects.toMatchObject({ code: 'link-closed' })
      await pair.dispose()
    },
  )
})

describe('serve', () => {
  it('fails each call with the reason when its Api never comes', async () => {
    const pair = await portPair()
    serve(pair.far, Promise.reject(new Failure('busy', 'The project is open elsewhere.')))
    await expect(connect(pair.near).api.readProject({})).rejects.toMatchObject({ code: 'busy' })
    await pair.dispose()
  })
})
