// Builds the page, the hosts and the core. As a program it always builds; `buildIfStale` only when a
// source is newer than the last build. Plain JavaScript, because it runs before any build.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export const root = resolve(import.meta.dirname, '../..')
const stamp = join(root, 'dist/.built')
const sources = ['src', 'electron', 'renderer', 'vite.config.ts', 'package.json', 'package-lock.json']

/** The newest change below a path, in milliseconds. */
function newest(path) {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/** Runs a program in the package's folder. Resolves with its exit code (or signal) and what it printed when piped. */
export function run(program, programArguments, stdio) {
  return new Promise((done) => {
    const child = spawn(program, programArguments, { cwd: root, stdio })
    const output = []
    child.stdout?.on('data', (bytes) => output.push(bytes))
    child.stderr?.on('data', (bytes) => output.push(bytes))
    const end = (code) => done({ code, output: Buffer.concat(output).toString() })
    child.on('error', (error) => end(error.message))
    // 'exit' may come before the last of the output has been read.
    child.on('close', (code, signal) => end(code ?? signal))
  })
}

async function build() {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  if (!existsSync(vite)) throw new Error('The packages are not installed. Run: npm ci')
  const startedAt = new Date()
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const { code, output } = await run(
    process.execPath,
    [vite, 'build', '--app', '--logLevel', 'error'],
    'pipe',
  )
  if (code !== 0) throw new Error(`The build failed.\n${output}`)
  writeFileSync(stamp, startedAt.toISOString())
}

/** Builds when something changed since the last build began, and says so on stderr. */
export async function buildIfStale() {
  const changed = Math.max(...sources.map((path) => newest(join(root, path))))
  const built = existsSync(stamp) ? Date.parse(readFileSync(stamp, 'utf8')) : 0
  if (built >= changed) return
  process.stderr.write('Building…\n')
  await build()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  build().catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
