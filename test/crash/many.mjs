// `npm run test:crash [KILLS]`: the crash test with 200 kills, or as many as said.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', 'test/crash'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CRASH_RUNS: process.argv[2] ?? '200' },
})
process.exitCode = status ?? 1
