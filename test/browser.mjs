// Finds the Chromium-family browser that the end-to-end tests drive, or installs one where that is simple:
// on Debian and its kin as root. Elsewhere it says loudly what will be missing.
//   node test/browser.mjs           prints the browser's path, installing it if need be
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'msedge',
  'microsoft-edge',
]
const elsewhere = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:/Program Files/Google/Chrome/Application/chrome.exe',
    'C:/Program Files (x86)/Google/Chrome/Application/chrome.exe',
    'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
  ],
}

const canRun = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** $CHROMIUM, or the first browser of the family on this machine, or null. */
export function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...onPath, ...(elsewhere[process.platform] ?? [])].find(canRun) ?? null
}

function installOnDebian() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return
  const apt = (...words) =>
    spawnSync('apt-get', words, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  if (spawnSync('apt-get', ['--version']).error) return
  console.error('No browser found: installing Chromium with apt-get…')
  apt('update', '-q')
  apt('install', '-y', '-q', '--no-install-recommends', 'chromium')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (findBrowser() === null) installOnDebian()
  const found = findBrowser()
  if (found !== null) console.log(`Browser for the end-to-end tests: ${found}`)
  else {
    console.error(`
****************************************************************************************
* NO BROWSER: the end-to-end tests in a real browser are SKIPPED.                      *
* Install Chromium, Chrome or Edge, or set CHROMIUM to one, to run them.               *
****************************************************************************************
`)
  }
}
