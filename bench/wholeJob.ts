// How long the command line takes from a file to scores with the defaults, beside pandas and scikit-learn's
// IsolationForest on the same file. Whole processes are timed from outside, start-up included.
// Usage: npm run bench:wholeJob [-- --rows 1000000 --rounds 3 --python python3]
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { mixedColumns, writeMixedTable } from './support/mixedTable.ts'
import { median } from './support/timing.ts'

interface Timing {
  readonly seconds: number
  /** Seconds of all cores together. */
  readonly cpu: number
  readonly output: string
}

const bound = 3
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
  },
})

const work = await mkdtemp(join(tmpdir(), 'residual-whole-job-'))
try {
  await measure(join(work, 'mixed.csv'), Number(values.rows))
} finally {
  await rm(work, { recursive: true, force: true })
}

async function measure(path: string, rows: number): Promise<void> {
  await writeMixedTable(path, rows)
  const megabytes = (await stat(path)).size / 1e6
  const dates = mixedColumns.filter(({ type }) => type === 'TIMESTAMP').map(({ name }) => name)
  const commands = new Map([
    ['residual', [process.execPath, resolve('dist/hosts/cli.js'), 'detect', path, '--json']],
    ['pandas and IsolationForest', [values.python, 'bench/peers/isolation_forest.py', path, dates.join(',')]],
  ])
  console.log(
    `${rows} rows x ${mixedColumns.length} columns, ${megabytes.toFixed(0)} MB; medians of ${values.rounds} alternating rounds`,
  )
  const timings = new Map([...commands.keys()].map((name): [string, Timing[]] => [name, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, command] of commands) {
      const timing = await time(command).catch(orSay(name))
      if (timing === null) commands.delete(name)
      else timings.get(name)?.push(timing)
    }
  }
  const seconds = [...commands.keys()].map((name) => report(name, timings.get(name) ?? []))
  const ratio = (seconds[1] ?? Number.NaN) / (seconds[0] ?? Number.NaN)
  if (Number.isNaN(ratio)) return
  console.log(`${ratio.toFixed(1)} times faster; bound ${bound}.`)
  if (ratio < bound) process.exitCode = 1
}

/** A peer that cannot run here is left out, aloud; Residual itself must run. */
function orSay(name: string): (error: unknown) => null {
  return (error) => {
    if (name === 'residual') throw error
    console.log(`${name} is left out: ${String(error).trim().split('\n').at(-1)}`)
    return null
  }
}

function report(name: string, timings: readonly Timing[]): number {
  const seconds = median(timings.map((timing) => timing.seconds))
  const cpu = median(timings.map((timing) => timing.cpu))
  console.log(
    `  ${name.padEnd(27)} ${seconds.toFixed(1).padStart(6)} s ${cpu.toFixed(1).padStart(6)} s of CPU`,
  )
  const last = timings.at(-1)?.output.trim() ?? ''
  if (name !== 'residual') console.log(`    ${last}`)
  return seconds
}

/** Times a command. A shell that waits for it tells the CPU seconds of it and its children in its last two lines. */
async function time([program = '', ...given]: readonly string[]): Promise<Timing> {
  const started = performance.now()
  const { stdout } = await promisify(execFile)('sh', ['-c', '"$0" "$@" && times', program, ...given], {
    maxBuffer: 1e9,
  })
  const seconds = (performance.now() - started) / 1000
  const lines = stdout.trimEnd().split('\n')
  const spent = [...(lines.pop() ?? '').matchAll(/(\d+)m([\d.]+)s/g)]
  lines.pop()
  const cpu = spent.reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0)
  return { seconds, cpu, output: lines.join('\n') }
}
