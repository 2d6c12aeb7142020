import { autoFlavours, autoSparseTarget } from '../../src/contract/flavours.ts'
import type { TrainingSettings } from '../../src/contract/records.ts'
import { flavourKinds } from '../../src/contract/settings.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { type Line, meanLine, openJudge } from './judge.ts'
import type { BenchProject } from './tables.ts'

/** What the prototype measured with robust training: AUROC / AP. */
const prototype: Readonly<Record<string, string>> = {
  denoising: '.817/.502',
  sparse: '.757/.427',
  contractive: '.738/.386',
  variational: '.796/.470',
  linear: '.762/.458',
}

/** The textbook's training: all rows count, their mean loss, and no value is clipped. */
const plain: Partial<TrainingSettings> = { keepShare: 1, rowLoss: 'mean', softClip: false }

/** Every flavour that needs no choice of columns, by name. */
function candidates(names: readonly string[]): Map<string, Partial<TrainingSettings>> {
  const kinds = flavourKinds.filter((kind) => kind !== 'conditional')
  const all = new Map<string, Partial<TrainingSettings>>(
    kinds.map((kind) => [kind, { flavour: autoFlavours[kind] }]),
  )
  all.set('sparse (KL)', {
    flavour: { kind: 'sparse', penalty: 'kl', weight: autoFlavours.sparse.weight, target: autoSparseTarget },
  })
  all.set('variational (ELBO)', { flavour: { ...autoFlavours.variational, score: 'elbo' } })
  if (names.includes('all')) return all
  const unknown = names.find((name) => !all.has(name))
  if (unknown !== undefined) throw new Error(`No flavour ${unknown}; there are ${[...all.keys()].join(', ')}`)
  return new Map([...all].filter(([name]) => names.includes(name)))
}

/** Prints the mean over tables and seeds of every flavour, trained robustly (as Auto does) and plainly. */
export async function printFlavours(input: {
  readonly engine: Engine
  readonly project: BenchProject
  readonly tables: readonly string[]
  readonly flavours: readonly string[]
  readonly seeds: readonly number[]
}): Promise<void> {
  const { engine, project, tables, flavours, seeds } = input
  const chosen = candidates(flavours)
  const robustLines = new Map<string, Line[]>()
  const plainLines = new Map<string, Line[]>()
  const add = (lines: Map<string, Line[]>, name: string, line: Line) =>
    lines.set(name, [...(lines.get(name) ?? []), line])
  for (const table of tables) {
    const judge = openJudge(engine, table, await project.open(table, []))
    for (const [name, settings] of chosen) {
      for (const seed of seeds) {
        add(robustLines, name, await judge({ ...settings, seed }))
        add(plainLines, name, await judge({ ...settings, ...plain, seed }))
      }
    }
    console.error(`${table} done`)
  }
  console.log(`Flavours, ${engine.name}, mean of ${tables.length} tables and seeds ${seeds.join(', ')}`)
  console.log('                        robust        plain         MCC   train s  prototype')
  for (const name of chosen.keys()) {
    const robust = meanLine(robustLines.get(name) ?? [])
    const stock = meanLine(plainLines.get(name) ?? [])
    const both = [robust, stock].map(({ AUROC, AP }) => `${AUROC.toFixed(3)}/${AP.toFixed(3)}`.padEnd(14))
    const numbers = [robust.MCC.toFixed(3), robust['train s'].toFixed(2).padStart(7)]
    console.log(`${name.padEnd(24)}${both.join('')}${numbers.join('  ')}   ${prototype[name] ?? ''}`)
  }
}
