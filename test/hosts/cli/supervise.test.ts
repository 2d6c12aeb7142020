import { EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { supervise, supervisor } from '../../../src/hosts/cli/supervise.ts'
import { bundle } from '../fixtures/bundle.ts'

let entry: Awaited<ReturnType<typeof bundle>>
const folder = mkdtempSync(join(tmpdir(), 'residual-supervise-'))
beforeAll(async () => {
  entry = await bundle(join(import.meta.dirname, '../fixtures/supervised.ts'))
})
afterAll(async () => {
  await entry.remove()
  rmSync(folder, { recursive: true })
})

/** Work that behaves so, with a temporary folder of its own. `patience` in milliseconds. */
function work(behaviour: string, patience: number) {
  const temporary = mkdtempSync(join(folder, 'temporary-'))
  writeFileSync(join(temporary, 'database'), 'x')
  const signals = new EventEmitter()
  const status = supervise(entry.path, [behaviour, temporary], { signals, patience })
  return { temporary, signals, status }
}

/** Waits until the work says that it hears nothing from now on. */
async function untilStuck(temporary: string): Promise<void> {
  while (!existsSync(join(temporary, 'stuck'))) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('supervised work', () => {
  it('ends with its own status', async () => {
    expect(await work('done', 60_000).status).toBe(2)
  })

  it('is asked to stop at a signal, and cleans up by itself', async () => {
    const { temporary, signals, status } = work('patient', 60_000)
    signals.emit('SIGTERM')
    expect(await status).toBe(130)
    expect(existsSync(temporary)).toBe(false)
  })

  it('is ended when it is stuck, and leaves nothing behind', async () => {
    const { temporary, signals, status } = work('stuck', 10)
    await untilStuck(temporary)
    signals.emit('SIGTERM')
    expect(await status).toBe(130)
    expect(existsSync(temporary)).toBe(false)
    expect(signals.listenerCount('SIGTERM')).toBe(0)
  })

  it('is ended at once by a second signal', async () => {
    const { temporary, signals, status } = work('stuck', 10 * 60_000)
    await untilStuck(temporary)
    signals.emit('SIGINT')
    signals.emit('SIGINT')
    expect(await status).toBe(130)
    expect(existsSync(temporary)).toBe(false)
  })

  it('fails when it crashes, and leaves nothing behind', async () => {
    const { temporary, status } = work('crash', 60_000)
    expect(await status).toBe(1)
    expect(existsSync(temporary)).toBe(false)
  })

  it('is not what runs where nobody watches', () => {
    expect(supervisor()).toBeNull()
  })
})
