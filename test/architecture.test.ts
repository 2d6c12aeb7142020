import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** Which layer may import which: the arrows of ARCHITECTURE.md. Each layer may also import itself. */
const allowed: Record<string, readonly string[]> = {
  contract: [],
  engine: ['contract'],
  pipeline: ['engine', 'contract'],
  // Its own version is data that every layer may know.
  workbench: ['pipeline', 'engine', 'contract', 'package.json'],
  hosts: ['workbench', 'pipeline', 'engine', 'contract'],
  electron: ['hosts', 'workbench', 'pipeline', 'engine', 'contract'],
  renderer: ['contract'],
}

/** Stages of the pipeline in the order data flows: a stage imports only itself and stages before it. */
const stages = [
  'dataset',
  'import',
  'health',
  'features',
  'model',
  'training',
  'scoring',
  'latent',
  'threshold',
  'modelFile',
  'explain',
  'evaluation',
  'export',
  'stream',
  'run.ts',
]

interface SourceFile {
  readonly path: string
  readonly lines: number
  readonly imports: readonly string[]
}

function filesBelow(...folders: string[]): SourceFile[] {
  const files: SourceFile[] = []
  for (const top of folders) {
    for (const entry of readdirSync(join(root, top), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(ts|mjs|vue)$/.test(entry.name)) continue
      const absolute = join(entry.parentPath, entry.name)
      const text = readFileSync(absolute, 'utf8')
      const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map((match) =>
        relative(root, resolve(dirname(absolute), match[1] ?? '')),
      )
      files.push({ path: relative(root, absolute), lines: text.split('\n').length - 1, imports })
    }
  }
  return files
}

const layerOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1] : path.split('/')[0]) ?? ''
const stageOf = (path: string) => (path.startsWith('src/pipeline/') ? path.split('/')[2] : undefined)
const files = filesBelow('src', 'electron', 'renderer')

describe('architecture', () => {
  it('reads a plausible number of files and imports', () => {
    expect(files.length).toBeGreaterThan(8)
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(4)
  })

  it('lets arrows point down only', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((target) => layerOf(target) !== layerOf(file.path))
        .filter((target) => !allowed[layerOf(file.path)]?.includes(layerOf(target)))
        .map((target) => `${file.path} -> ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('lets a pipeline stage import only stages before it', () => {
    const wrong = files.flatMap((file) => {
      const from = stageOf(file.path)
      if (from === undefined) return []
      return file.imports
        .filter((target) => {
          const to = stageOf(target)
          return to !== undefined && stages.indexOf(to) > stages.indexOf(from)
        })
        .map((target) => `${file.path} -> ${target}`)
    })
    expect(wrong).toEqual([])
    const unknown = files
      .map((file) => stageOf(file.path))
      .filter((stage) => stage !== undefined && !stages.includes(stage))
    expect(unknown).toEqual([])
  })

  it('has no import cycles', () => {
    const byPath = new Map(files.map((file) => [file.path, file.imports]))
    const done = new Set<string>()
    const cycles: string[] = []
    const walk = (path: string, trail: readonly string[]) => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      else if (!done.has(path)) {
        for (const next of byPath.get(path) ?? []) walk(next, [...trail, path])
        done.add(path)
      }
    }
    for (const file of files) walk(file.path, [])
    expect(cycles).toEqual([])
  })

  it('keeps every file under 300 lines, tests and benches too', () => {
    const long = [...files, ...filesBelow('test', 'bench')].filter((file) => file.lines > 300)
    expect(long.map((file) => `${file.path}: ${file.lines}`)).toEqual([])
  })

  it('never renders raw HTML', () => {
    const raw = files.filter(
      (file) => file.path.endsWith('.vue') && readFileSync(join(root, file.path), 'utf8').includes('v-html'),
    )
    expect(raw.map((file) => file.path)).toEqual([])
  })
})
