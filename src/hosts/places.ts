import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The folder of Residual's package.json, from wherever a module was bundled to. */
export function packageFolder(from: string = import.meta.dirname): string {
  let folder = from
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`No package.json above ${from}.`)
    folder = parent
  }
  return folder
}

/** Where the parts of an installed or built Residual lie. */
export function places(root: string = packageFolder()) {
  return {
    page: join(root, 'dist/renderer'),
    core: join(root, 'dist/electron/core.js'),
    preload: join(root, 'dist/electron/preload.cjs'),
    // In a packed application they lie beside the archive, where the database can read them.
    samples: join(root.replace(/app\.asar$/, 'app.asar.unpacked'), 'resources/samples'),
    icon: join(root, 'resources/icons/icon.png'),
  }
}

/** The project that opens when no other is named: in the person's own data folder, by the system's custom. */
export function defaultProject(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library/Application Support/Residual/project')
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData/Roaming'), 'Residual', 'project')
  return join(env.XDG_DATA_HOME || join(home, '.local/share'), 'residual', 'project')
}
