import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** TensorFlow of the wheels whose C interface still is the one that tfjs-node 4.22 was written for (2.9). */
const wheel = 'tensorflow-cpu==2.12.1'

/**
 * Builds the native addon of @tensorflow/tfjs-node from its own sources against the shared libraries inside the Python
 * package of TensorFlow, which registries carry where TensorFlow's own download host cannot be reached. Needs Linux x64,
 * pip, g++ and the header files of Node.js, about 1 GB in `folder`, and a minute.
 * @returns the folder of the package, complete
 */
export function buildTensorflowAddon(folder: string): string {
  if (platform() !== 'linux' || arch() !== 'x64') throw new Error('These wheels are for Linux on x64.')
  const headers = nodeHeaders()
  const run = (command: string, given: readonly string[]) =>
    execFileSync(command, given, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })

  // Without scripts: the package's own would try to download TensorFlow.
  run('npm', [
    'install',
    '--prefix',
    folder,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    tfjsNode,
  ])
  run('python3', [
    ...'-m pip download --quiet --no-deps --only-binary=:all: --dest wheel'.split(' '),
    ...target,
    wheel,
  ])
  const [file] = readdirSync(join(folder, 'wheel'))
  if (file === undefined) throw new Error(`pip downloaded nothing for ${wheel}.`)
  run('python3', ['-m', 'zipfile', '-e', join('wheel', file), 'tensorflow'])

  const home = join(folder, 'node_modules', '@tensorflow', 'tfjs-node')
  const [libraries, include] = [join(home, 'deps', 'lib'), join(home, 'deps', 'include')]
  const addons = join(home, 'lib', 'napi-v8')
  for (const made of [libraries, addons]) mkdirSync(made, { recursive: true })
  const unpacked = join(folder, 'tensorflow', 'tensorflow')
  for (const name of libraryNames) renameSync(join(unpacked, name), join(libraries, name))
  renameSync(join(unpacked, 'include'), include)
  run('g++', [
    ...'-O2 -fPIC -shared -std=c++17 -w -DNAPI_VERSION=8 -DNODE_GYP_MODULE_NAME=tfjs_binding'.split(' '),
    ...[`-I${headers}`, `-I${include}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(home, 'binding', name)),
    ...['-o', join(addons, 'tfjs_binding.node'), `-L${libraries}`],
    ...libraryNames.map((name) => `-l:${name}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ])
  return home
}

const tfjsNode = '@tensorflow/tfjs-node@4.22.0'
const libraryNames = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']
/** Which Python the wheel is for does not matter: only its libraries are used. */
const target = '--python-version 3.11 --platform manylinux2014_x86_64'.split(' ')

/** The folder of node_api.h. */
function nodeHeaders(): string {
  const folders = [
    resolve(dirname(process.execPath), '../include/node'),
    '/usr/local/include/node',
    '/usr/include/node',
  ]
  const found = folders.find((one) => existsSync(join(one, 'node_api.h')))
  if (found === undefined) throw new Error(`node_api.h is in none of ${folders.join(', ')}.`)
  return found
}
