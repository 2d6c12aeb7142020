import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The command that opens an address in the default browser, or null where there is no screen or no such command. */
export function browserCommand(
  address: string,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): readonly [string, ...string[]] | null {
  if (platform === 'darwin') return ['open', address]
  // `start` is a shell's own word, and the first quoted text is the title.
  if (platform === 'win32') return ['cmd', '/c', 'start', '', address]
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return null
  return (env.PATH ?? '').split(delimiter).some((folder) => canRun(join(folder, 'xdg-open')))
    ? ['xdg-open', address]
    : null
}

/** Opens an address in the default browser if there is one. The address is printed in any case, so failing is fine. */
export function openBrowser(address: string): void {
  const command = browserCommand(address)
  if (command === null) return
  const [program, ...rest] = command
  const child = spawn(program, rest, { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
