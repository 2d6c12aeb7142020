import { describe, expect, it } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { useComparison } from '../../../renderer/state/useComparison.ts'
import { useDataset } from '../../../renderer/state/useDataset.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import { useRun } from '../../../renderer/state/useRun.ts'
import { Failure } from '../../../src/contract/failure.ts'
import { fakeConnection, settled } from '../fakeConnection.ts'
import { dataset, project, run } from '../records.ts'

const rowsOf: Readonly<Record<string, readonly number[]>> = {
  r1: [0, 1, 2, 3],
  r2: [3, 2, 1, 0],
  r3: [0, 1, 3, 2],
}
const flagsTwo = { rule: 'top-k', value: 2, cut: 3, flagged: 2 } as const

async function opened(failing = new Set<string>()) {
  const asked: string[] = []
  const wanted = shallowRef(false)
  const { connection } = fakeConnection({
    readProject: async () =>
      project({
        datasets: [dataset()],
        runs: Object.keys(rowsOf).map((runId) => run({ runId, threshold: flagsTwo, labelColumn: 'broken' })),
      }),
    readEvaluation: async ({ runId }) =>
      runId === 'r3'
        ? null
        : {
            labelColumn: 'broken',
            positiveValue: '1',
            positives: 1,
            labelled: 4,
            auroc: runId === 'r1' ? 0.9 : 0.4,
            averagePrecision: runId === 'r1' ? 0.8 : 0.3,
            roc: [],
            precisionRecall: [],
          },
    readScores: async ({ runId }) => {
      asked.push(runId)
      if (failing.has(runId)) throw new Failure('disk', 'The scores cannot be read.')
      return {
        runId,
        scores: Float32Array.from([4, 3, 2, 1]),
        rows: Int32Array.from(rowsOf[runId] ?? []),
        labels: null,
      }
    },
  })
  const state = effectScope().run(() => {
    const about = useProject(connection)
    const runs = useRun(connection, about, useDataset(connection, about))
    return { runs, ...useComparison(connection, runs, wanted) }
  })
  if (!state) throw new Error('no scope')
  await settled()
  asked.length = 0
  return { ...state, asked, wanted, failing }
}

describe('comparing runs', () => {
  it('reads nothing before it is looked at, then every run once', async () => {
    const { measures, asked, wanted } = await opened()
    expect([asked, measures.value.size]).toEqual([[], 0])
    wanted.value = true
    await settled()
    expect(asked).toEqual(['r1', 'r2', 'r3'])
    expect(measures.value.get('r1')).toMatchObject({ auroc: 0.9, averagePrecision: 0.8, sameFlags: 1 })
    expect(measures.value.get('r2')).toMatchObject({ auroc: 0.4, averagePrecision: 0.3 })
    expect(measures.value.get('r3')).toMatchObject({ auroc: null, averagePrecision: null })
    expect(measures.value.get('r2')?.sameFlags).toBe(0)
    expect(measures.value.get('r2')?.correlation).toBeCloseTo(-1)
    expect(measures.value.get('r3')?.sameFlags).toBe(1)
    expect(measures.value.get('r3')?.correlation).toBeCloseTo(0.8)
  })

  it('compares with another run when that is opened, and remembers both', async () => {
    const { measures, asked, wanted, runs } = await opened()
    wanted.value = true
    await settled()
    runs.select('r2')
    await settled()
    expect(measures.value.get('r2')?.correlation).toBeCloseTo(1)
    asked.length = 0
    runs.select('r1')
    await settled()
    // The scores of the open run itself are for Review.
    expect(asked).toEqual(['r1'])
    expect(measures.value.size).toBe(3)
  })

  it('says what could not be read, and goes on from there', async () => {
    const { measures, failure, wanted, again, failing } = await opened(new Set(['r2']))
    wanted.value = true
    await settled()
    expect([failure.value?.message, [...measures.value.keys()]]).toEqual([
      'The scores cannot be read.',
      ['r1'],
    ])
    failing.clear()
    await again()
    expect([failure.value, measures.value.size]).toEqual([null, 3])
  })
})
