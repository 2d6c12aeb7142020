import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnChoice } from '../../../src/contract/records.ts'
import { checkHealth } from '../../../src/pipeline/health/checkHealth.ts'
import { TestProject } from '../project.ts'

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

const seed = Math.floor(Math.random() * 1e9)

/** Numbers in [0, 1) from a linear congruential generator. */
function uniform(start: number): () => number {
  let state = start % 2_147_483_647 || 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

type Row = readonly (string | number)[]

async function findingsOf(
  header: string,
  row: (index: number, random: () => number) => Row,
  options: { readonly rows?: number; readonly columns?: Readonly<Record<string, ColumnChoice>> } = {},
) {
  const random = uniform(seed)
  const lines = Array.from({ length: options.rows ?? 2_000 }, (_, index) => row(index, random).join(','))
  const path = project.write('planted.csv', `${header}\n${lines.join('\n')}\n`)
  const dataset = await project.import(path, options.columns ? { columns: options.columns } : {})
  return checkHealth({ database: project.database, dataset })
}
const kinds = (findings: Awaited<ReturnType<typeof findingsOf>>) =>
  findings.map(({ kind, columns }) => [kind, ...columns])

describe(`the health of a table (seed ${seed})`, () => {
  it('has nothing to say of independent measurements', async () => {
    const found = await findingsOf('a,b,kind', (_, random) => [
      random(),
      random() * 9,
      'xyz'[Math.floor(random() * 3)] ?? '',
    ])
    expect(found).toEqual([])
  })

  it('names each thing that was planted, and offers to leave it out', async () => {
    const found = await findingsOf(
      'x,always,hardly,reading,x2,far,note,level,grade,label,after',
      (index, random) => {
        const x = random() * 100
        const level = Math.floor(random() * 3)
        const label = index % 20 === 0 ? 1 : 0
        return [
          x,
          7,
          index % 500 === 3 ? random() : 0,
          1_000 + index * 3 + Math.floor(random() * 2),
          3 * x - 5,
          index === 77 ? 1e9 : random(),
          index % 10 === 1 ? random() : '',
          level,
          ['low', 'mid', 'high'][level] ?? '',
          label,
          label + random() / 10,
        ]
      },
      { columns: { reading: { type: 'number', role: 'feature' }, label: { role: 'label' } } },
    )
    expect(kinds(found)).toEqual([
      ['leakage', 'after'],
      ['identifier-like', 'reading'],
      ['duplicate-columns', 'level', 'grade'],
      ['near-constant', 'hardly'],
      ['skew', 'far'],
      ['correlated-columns', 'x', 'x2'],
      ['constant', 'always'],
      ['mostly-missing', 'note'],
    ])
    expect(found.map(({ fix }) => fix?.columns)).toEqual([
      { after: { role: 'ignored' } },
      { reading: { role: 'identifier' } },
      { grade: { role: 'ignored' } },
      { hardly: { role: 'ignored' } },
      { far: { role: 'ignored' } },
      { x2: { role: 'ignored' } },
      undefined,
      { note: { role: 'ignored' } },
    ])
  })

  it('counts rows that repeat an earlier one in every feature', async () => {
    const found = await findingsOf(
      'a,b,name_id',
      (index) => [Math.sin(index % 900), (index % 900) ** 2 / 7, `k${index}`],
      {
        rows: 1_000,
      },
    )
    expect(found.map(({ message }) => message)).toEqual([
      '100 of the rows (10.0 %) repeat an earlier row in every feature.',
    ])
  })

  it('does not take columns for copies that part in a single row', async () => {
    const row = (differs: boolean) => (index: number, random: () => number) => {
      const value = random()
      return [value, differs && index === 1_500 ? value + 1 : value, random()]
    }
    expect(kinds(await findingsOf('a,b,c', row(false)))).toEqual([['duplicate-columns', 'a', 'b']])
    expect(
      kinds(await findingsOf('a,b,c', row(true))).filter(([kind]) => kind === 'duplicate-columns'),
    ).toEqual([])
  })

  it('finds a category that gives the label away, but no category of many rare values', async () => {
    const found = await findingsOf(
      'attack,city,label',
      (index, random) => {
        const label = index % 8 === 0 ? 1 : 0
        return [
          label === 1 ? (['dos', 'probe'][index % 16 === 0 ? 0 : 1] ?? '') : 'none',
          `c${Math.floor(random() * 300)}`,
          label,
        ]
      },
      { columns: { label: { role: 'label' } } },
    )
    expect(kinds(found).filter(([kind]) => kind === 'leakage')).toEqual([['leakage', 'attack']])
  })

  it('answers for tables of one row, of no features, and of empty columns', async () => {
    expect(await findingsOf('a,b', () => [1, 2], { rows: 1 })).toMatchObject([{ kind: 'constant' }])
    const found = await findingsOf('a,b', (index) => [index, ''], {
      rows: 100,
      columns: { a: { role: 'ignored' } },
    })
    expect(kinds(found)).toEqual([['constant', 'b']])
  })

  it('does not take one far point for a straight line', async () => {
    const found = await findingsOf('a,b', (index, random) =>
      index === 9 ? [5_000, 5_000] : [random(), random()],
    )
    expect(kinds(found).filter(([kind]) => kind === 'correlated-columns')).toEqual([])
  })

  it('puts findings of a kind together where there are many', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `copy${index}`)
    const found = await findingsOf(['x', 'y', ...names].join(','), (index, random) => {
      const values = Array.from({ length: 2 }, random)
      return [...values, ...names.map((_, at) => (index % 400 === at ? random() : 0))]
    })
    const together = found.filter(({ kind }) => kind === 'near-constant')
    expect(together).toHaveLength(1)
    expect(Object.keys(together[0]?.fix?.columns ?? {}).sort()).toEqual(names)
  })
})
