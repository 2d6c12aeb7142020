import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

interface LockedPackage {
  readonly version?: string
  readonly optional?: boolean
  readonly integrity?: string
  readonly link?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

const root = resolve(import.meta.dirname, '..')
const readJson = (name: string) => JSON.parse(readFileSync(resolve(root, name), 'utf8'))
const lock: { lockfileVersion: number; packages: Record<string, LockedPackage> } =
  readJson('package-lock.json')
const packages = Object.entries(lock.packages)

/** Where Node would look for a dependency of the package at `path`, nearest first. */
function candidates(path: string, name: string): string[] {
  const folders = [path]
  for (let at = path.lastIndexOf('/node_modules/'); at >= 0; at = path.lastIndexOf('/node_modules/', at - 1))
    folders.push(path.slice(0, at))
  return [...new Set([...folders, ''])].map(
    (folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}`,
  )
}
const isLocked = (path: string, name: string) => candidates(path, name).some((one) => one in lock.packages)

describe('the lock file', () => {
  it('names every optional package, so that npm ci works on every system', () => {
    const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isLocked(path, name))
        .map((name) => `${path} -> ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('names every needed package', () => {
    const missing = packages.flatMap(([path, { dependencies = {} }]) =>
      Object.keys(dependencies)
        .filter((name) => !isLocked(path, name))
        .map((name) => `${path} -> ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('has native parts for Linux, Windows and macOS', () => {
    for (const system of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'])
      expect(lock.packages).toHaveProperty([`node_modules/@duckdb/node-bindings-${system}`])
  })

  it('holds a checksum for every package', () => {
    const unchecked = packages.filter(([path, { integrity, link }]) => path !== '' && !link && !integrity)
    expect(unchecked.map(([path]) => path)).toEqual([])
  })
})

describe('package.json', () => {
  it('pins exact versions, and the lock file has the same', () => {
    const { dependencies, devDependencies, peerDependencies } = readJson('package.json')
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      expect(`${name}@${version}`).toMatch(/@\d+\.\d+\.\d+(-[\w.]+)?$/)
      expect(`${name}@${lock.packages[`node_modules/${name}`]?.version}`).toBe(`${name}@${version}`)
    }
    expect(Object.values<string>(peerDependencies)).toEqual(['4.22.0'])
  })
})
