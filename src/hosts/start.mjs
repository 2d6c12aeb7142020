// npm start: builds what is stale, then opens the desktop window, or says in one line why not and serves
// the same workbench to a browser on this machine. Plain JavaScript, because it runs before any build.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { buildIfStale, root, run } from './build.mjs'

const usage = `npm start -- [FILE] [--project DIR] [--browser] [--port N] [--no-open] [--engine NAME]

  FILE           imports this file at once
  --project DIR  opens this project instead of the one in your own data folder
  --browser      serves to the browser even where the desktop window could open
  --port N       port of the browser's address (default: any free one)
  --no-open      prints the address without opening the browser
  --engine NAME  numeric engine to use`

/** An error in how the command was called, marked as parseArgs marks its own. */
const wrongly = (message) => Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS' })

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      project: { type: 'string' },
      browser: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      'no-open': { type: 'boolean', default: false },
      engine: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65535)
    throw wrongly(`--port ${values.port} is not a port (0 to 65535).`)
  if (values.project === '') throw wrongly('--project needs a name; what was given is empty.')
  if (positionals.length > 1) throw wrongly('Name one file at most.')
  const [file] = positionals
  // `npm start` moves to the package's folder; INIT_CWD is where the person stood.
  const from = process.env.INIT_CWD ?? process.cwd()
  const named = (path) => (path === undefined ? undefined : resolve(from, path))
  return { ...values, port, file: named(file), project: named(values.project) }
}

const electronFolder = join(root, 'node_modules/electron')

function electronBinary() {
  const name =
    { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron'
  const path = join(electronFolder, 'dist', name)
  return existsSync(path) ? path : null
}

/** Why the desktop window cannot open, or null when Electron is there, downloaded if need be. */
async function whyNoWindow({ browser }) {
  if (browser) return 'as asked'
  const isLinux = process.platform === 'linux'
  if (isLinux && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display'
  if (isLinux && process.getuid?.() === 0) return 'Electron does not run as root'
  if (electronBinary() !== null) return null
  if (!existsSync(electronFolder)) return 'Electron is not installed'
  if (!(await downloadAnswers())) return "Electron's download does not answer"
  console.log('Downloading Electron (about 120 MB, once)…')
  const { code } = await run(process.execPath, [join(electronFolder, 'install.js')], 'inherit')
  return code === 0 && electronBinary() !== null ? null : "Electron's download failed"
}

async function downloadAnswers() {
  const { version } = JSON.parse(readFileSync(join(electronFolder, 'package.json'), 'utf8'))
  const mirror =
    process.env.ELECTRON_MIRROR ??
    process.env.npm_config_electron_mirror ??
    'https://github.com/electron/electron/releases/download/'
  const address = `${mirror}v${version}/electron-v${version}-${process.platform}-${process.arch}.zip`
  const answer = await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch(() => null)
  return answer?.ok === true
}

/** Opens the window and waits for its end. Returns why it could not open, or null. */
async function openWindow({ project, file, engine }) {
  const given = [
    ...(project === undefined ? [] : ['--project', project]),
    ...(engine === undefined ? [] : ['--engine', engine]),
    ...(file === undefined ? [] : [file]),
  ]
  const startedAt = Date.now()
  const { code } = await run(electronBinary(), [root, ...given], 'inherit')
  // Missing system libraries or a forbidden sandbox end it at once; later ends are the person's own.
  if (code !== 0 && Date.now() - startedAt < 5000) return `Electron could not start (${code})`
  process.exitCode = typeof code === 'number' ? code : 1
  return null
}

async function serveBrowser({ project, file, port, engine, 'no-open': noOpen }, reason) {
  console.log(`No desktop window (${reason}): serving to the browser on this machine instead.`)
  const { runWebHost } = await import(pathToFileURL(join(root, 'dist/hosts/web.js')).href)
  await runWebHost({ folder: project, file, port, engine, open: !noOpen })
}

async function start() {
  const given = readArguments()
  if (given.help) return console.log(usage)
  if (given.file !== undefined && !existsSync(given.file))
    throw new Error(`There is no file ${given.file}. Check the name and try again.`)
  await buildIfStale()
  const reason = (await whyNoWindow(given)) ?? (await openWindow(given))
  if (reason !== null) await serveBrowser(given, reason)
}

start().catch((error) => {
  console.error(error.message)
  process.exitCode = error.code?.startsWith?.('ERR_PARSE_ARGS') ? 2 : 1
})
