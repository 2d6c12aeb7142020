import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { EventName, Events } from '../../src/contract/api.ts'
import type { Failure } from '../../src/contract/failure.ts'
import type { Job } from '../../src/contract/records.ts'
import {
  type Core,
  type CoreHandle,
  type SupervisorTimes,
  superviseCore,
} from '../../src/hosts/coreProcess.ts'
import { forkCore } from '../../src/hosts/forkCore.ts'
import { bundle } from './fixtures/bundle.ts'

let entry: Awaited<ReturnType<typeof bundle>>
beforeAll(async () => {
  entry = await bundle(join(import.meta.dirname, 'fixtures/obedientCore.ts'))
})
afterAll(() => entry.remove())

interface Heard {
  event: EventName
  payload: unknown[]
}
let core: Core
let heard: Heard[]
let listeners: ((one: Heard) => void)[]
afterEach(() => core.close())

function supervise(
  folder: string,
  times: Partial<SupervisorTimes> = {},
  start: (fork: () => CoreHandle) => CoreHandle = (fork) => fork(),
) {
  heard = []
  listeners = []
  core = superviseCore({
    start: () => start(() => forkCore(entry.path, { folder, samplesFolder: 'none' })),
    announce: (event, ...payload) => {
      heard.push({ event, payload })
      for (const listener of listeners) listener({ event, payload })
    },
    times: { backoff: 10, ...times },
  })
  return core
}

/** The first payload of an event that fits, already heard or yet to come. */
function hear<E extends EventName>(
  event: E,
  fits: (payload: Parameters<Events[E]>[0]) => boolean,
): Promise<Parameters<Events[E]>[0]> {
  type Payload = Parameters<Events[E]>[0]
  const isIt = (one: Heard) => one.event === event && fits(one.payload[0] as Payload)
  const before = heard.find(isIt)
  if (before) return Promise.resolve(before.payload[0] as Payload)
  return new Promise((resolve) => listeners.push((one) => isIt(one) && resolve(one.payload[0] as Payload)))
}

/** A core takes its time to start on a busy machine. */
const patient = { timeout: 30_000 }
const hasWorked = ([notice]: unknown[]) => (notice as { working: boolean }).working
const pidOf = async () => Number((await core.api.readProject({})).name)
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (failure: Failure) => failure.code,
  )

describe('a core in a process of its own', () => {
  it('answers, with typed arrays as they were', async () => {
    supervise('calm')
    expect((await core.api.readScores({ runId: 'r' })).scores).toEqual(new Float32Array([Number.NaN, 1]))
  })

  it('turns an answer that cannot be sent into a failure', async () => {
    supervise('calm')
    expect(await codeOf(core.api.explainRow({ runId: 'r', row: 1 }))).toBe('unsendable')
  })

  it('rejects every waiting call when it is killed, and answers again from a new process', async () => {
    supervise('calm')
    const first = await pidOf()
    const waiting = [core.api.readRun({ runId: 'a' }), core.api.readRun({ runId: 'b' })].map(codeOf)
    await core.api.listJobs({})
    process.kill(first, 'SIGKILL')
    expect(await Promise.all(waiting)).toEqual(['core-stopped', 'core-stopped'])
    expect(await pidOf()).not.toBe(first)
    expect(await hear('coreRestarted', () => true)).toEqual({
      message: 'The core stopped (SIGKILL) and was started again.',
      working: true,
    })
    await hear('projectChanged', () => true)
  })

  it('ends the jobs that died with it as failed, and lists them afterwards', async () => {
    supervise('calm')
    await core.api.startTraining({ datasetId: 'd' })
    process.kill(await pidOf(), 'SIGKILL')
    const ended = await hear('jobChanged', (job: Job) => job.status.state === 'failed')
    expect(ended).toMatchObject({ jobId: 'job-1', status: { failure: { code: 'core-stopped' } } })
    expect(await core.api.listJobs({})).toEqual([ended])
    expect((await core.api.readProject({})).jobs).toEqual([ended])
  })

  it('is killed when a cancelled job shows no change, and the job reads cancelled', async () => {
    supervise('calm', { cancelPatience: 50 })
    await core.api.startTraining({ datasetId: 'still' })
    const first = await pidOf()
    await core.api.cancelJob({ jobId: 'job-1' })
    const ended = await hear('jobChanged', (job: Job) => job.status.state !== 'running')
    expect(ended.status).toEqual({ state: 'cancelled', result: null })
    expect(await pidOf()).not.toBe(first)
  })

  it('is given up after several quick deaths, with a clear message', async () => {
    supervise('dies', { mostQuickDeaths: 3 })
    const notice = await hear('coreRestarted', ({ working }) => !working)
    expect(notice.message).toBe(
      'The core stopped 3 times in a row (exit code 3). Restart Residual to try again.',
    )
    expect(await codeOf(core.api.listJobs({}))).toBe('core-stopped')
  })

  it('may be killed for stuck jobs any number of times', async () => {
    supervise('calm', { cancelPatience: 20, mostQuickDeaths: 1 })
    for (let time = 0; time < 2; time++) {
      const before = await pidOf()
      await core.api.startTraining({ datasetId: 'still' })
      await core.api.cancelJob({ jobId: 'job-1' })
      await expect.poll(pidOf, patient).not.toBe(before)
    }
    expect(heard.filter(({ event, payload }) => event === 'coreRestarted' && !hasWorked(payload))).toEqual([])
  })

  it('is tried again when it cannot even be started', async () => {
    let starts = 0
    supervise('calm', {}, (fork) => {
      if (++starts === 2) throw new Error('no process is left')
      return fork()
    })
    const first = await pidOf()
    process.kill(first, 'SIGKILL')
    await hear('coreRestarted', ({ working }) => working)
    expect(await pidOf()).not.toBe(first)
    expect(starts).toBe(3)
  })

  it('is given up with a message when it can never be started again', async () => {
    let starts = 0
    supervise('calm', { mostQuickDeaths: 3 }, (fork) => {
      if (++starts > 1) throw new Error('no process is left')
      return fork()
    })
    process.kill(await pidOf(), 'SIGKILL')
    expect((await hear('coreRestarted', ({ working }) => !working)).message).toBe(
      'The core stopped 3 times in a row (no process is left). Restart Residual to try again.',
    )
    expect(await codeOf(core.api.listJobs({}))).toBe('core-stopped')
    expect(starts).toBe(3)
  })

  it('is tried again by the next call when its project could not be opened', async () => {
    const place = mkdtempSync(join(tmpdir(), 'residual-held-'))
    const lock = join(place, 'lock')
    writeFileSync(lock, '')
    supervise(`held:${lock}`, { mostQuickDeaths: 1 })
    const waiting = [core.api.listJobs({}), core.api.readProject({}), core.api.readRun({ runId: 'r' })]
    expect(await Promise.all(waiting.map(codeOf))).toEqual(['busy', 'busy', 'busy'])
    for (let time = 0; time < 3; time++) expect(await codeOf(core.api.readProject({}))).toBe('busy')
    expect(heard).toEqual([])
    rmSync(place, { recursive: true })
    // The very next call may still meet the end of the core before.
    await expect.poll(() => codeOf(core.api.listJobs({})), patient).toBe('answered')
    expect(await hear('coreRestarted', () => true)).toEqual({
      message: 'The project is open now.',
      working: true,
    })
  })

  it('tells everyone when its project does not open again after a death', async () => {
    const place = mkdtempSync(join(tmpdir(), 'residual-held-'))
    const lock = join(place, 'lock')
    supervise(`held:${lock}`)
    const first = await pidOf()
    writeFileSync(lock, '')
    process.kill(first, 'SIGKILL')
    expect(await hear('coreRestarted', () => true)).toEqual({
      message: 'Another process has it open.',
      working: false,
    })
    rmSync(place, { recursive: true })
    await expect.poll(() => codeOf(core.api.listJobs({})), patient).toBe('answered')
  })

  it('closes when asked, and refuses calls from then on', async () => {
    supervise('calm')
    const first = await pidOf()
    await core.close()
    expect(() => process.kill(first, 0)).toThrow('ESRCH')
    expect(await codeOf(core.api.listJobs({}))).toBe('core-stopped')
  })

  it('is killed when it does not close in time', async () => {
    supervise('stubborn', { closePatience: 100 })
    const first = await pidOf()
    await core.close()
    expect(() => process.kill(first, 0)).toThrow('ESRCH')
  })
})
