import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../../src/engine/random.ts'
import { openIn } from '../workbench/openWorkbench.ts'
import { Ledger } from './ledger.ts'
import { type Said, stepNames } from './steps.ts'

// A worker on one project is killed with SIGKILL at random moments of every step, again and again, and the project
// is opened and compared with what was done. `npm run test:crash` does it 200 times; CRASH_SEED repeats one.
const runs = Number(process.env.CRASH_RUNS ?? 14)
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const root = resolve(import.meta.dirname, '../..')
const output = join(root, `dist/crash-${process.pid}`)
const tableRows = 1500
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-crash-'))
  const lines = ['size,load,colour,odd']
  for (let row = 0; row < tableRows; row++)
    lines.push(`${Math.sin(row)},${row % 17},${['red', 'green', 'blue'][row % 3]},${Number(row % 100 === 0)}`)
  await writeFile(join(folder, 'readings.csv'), lines.join('\n'))
  await writeFile(join(folder, 'samples.json'), '[]')
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    publicDir: false,
    ssr: { external: true, noExternal: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'] },
    build: {
      ssr: join(import.meta.dirname, 'worker.ts'),
      outDir: output,
      target: 'node20',
      minify: false,
      rolldownOptions: { output: { format: 'es', entryFileNames: 'worker.js' } },
    },
  })
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await rm(output, { recursive: true, force: true })
})

it(`opens with all that was done after each of ${runs} kills (CRASH_SEED=${seed})`, {
  timeout: 120_000 + runs * 20_000,
}, async () => {
  const random = seededRandom(seed, 'kills')
  const project = join(folder, 'work.residual')
  const ledger = new Ledger()
  const killedAt = new Map<string, number>()
  /** How long each step took when it was last seen whole, in milliseconds: where in it to kill. */
  const took = new Map<string, number>()
  for (let run = 0; run < runs; run++) {
    const first = stepNames[run % stepNames.length] ?? 'import'
    const words = [project, join(folder, 'readings.csv'), String(seed + run), first]
    const child = spawn(process.execPath, [join(output, 'worker.js'), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let complaint = ''
    child.stderr.on('data', (bytes) => {
      complaint += bytes
    })
    const ended = once(child, 'exit')
    // Most die in the first step, some further on, some while they open the project.
    const opening = random.uniform() < 0.1
    let stepsLeft = random.uniform() < 0.7 ? 1 : 1 + random.integer(4)
    const moment = random.uniform()
    const lines = createInterface({ input: child.stdout })
    let begunAt = 0
    const heard = new Promise<void>((ready) => {
      lines.on('line', (line) => {
        const said: Said = JSON.parse(line)
        if ('done' in said) took.set(ledger.atWork, performance.now() - begunAt)
        ledger.hear(said)
        if (!('begin' in said)) return
        begunAt = performance.now()
        if (--stepsLeft === 0) ready()
      })
      lines.on('close', ready)
    })
    const read = once(lines, 'close')
    await (opening ? sleep(300 + moment * 1500) : heard)
    if (!opening) await sleep(moment * 1.1 * (took.get(ledger.atWork) ?? 100))
    child.kill('SIGKILL')
    const [code] = await ended
    await read
    expect(code, `the worker ended by itself: ${complaint}`).toBeNull()
    killedAt.set(ledger.atWork, (killedAt.get(ledger.atWork) ?? 0) + 1)
    const message = `kill ${run} of CRASH_SEED=${seed}, at ${ledger.atWork}`
    try {
      const { workbench, api } = await openIn(project)
      await ledger.check(api, project, tableRows).finally(() => workbench.close())
    } catch (error) {
      throw new Error(message, { cause: error })
    }
  }
  console.log(`killed at: ${[...killedAt].map(([name, count]) => `${name} ${count}`).join(', ')}`)
})
