import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { useDataset } from '../../../renderer/state/useDataset.ts'
import { useProject } from '../../../renderer/state/useProject.ts'
import { Failure } from '../../../src/contract/failure.ts'
import type { ColumnChoice } from '../../../src/contract/records.ts'
import { fakeConnection, settled } from '../fakeConnection.ts'
import { column, dataset, project } from '../records.ts'

async function opened() {
  const asked: Readonly<Record<string, ColumnChoice>>[] = []
  let held = dataset()
  const { connection } = fakeConnection({
    readProject: async () => project({ datasets: [held, dataset({ datasetId: 'd2', name: 'fans.csv' })] }),
    updateColumns: async ({ columns }) => {
      asked.push(columns)
      if (columns.heat?.type === 'date-time') throw new Failure('bad-request', 'Line 3 of heat is no date.')
      held = { ...held, columns: held.columns.map((one) => ({ ...one, ...columns[one.name] })) }
      return held
    },
  })
  const state = effectScope().run(() => useDataset(connection, useProject(connection)))
  if (!state) throw new Error('no scope')
  await settled()
  const named = (name: string) => state.dataset.value?.columns.find((one) => one.name === name)
  return { state, asked, named }
}

describe('the data set on the table', () => {
  it('is the first one until another is selected', async () => {
    const { state } = await opened()
    expect(state.dataset.value?.name).toBe('pumps.csv')
    state.select('d2')
    expect(state.dataset.value?.name).toBe('fans.csv')
  })

  it('keeps a refusal at its column and the column as it was', async () => {
    const { state, named } = await opened()
    await state.changeColumn(named('heat') ?? column({ name: '' }), { type: 'date-time' })
    expect(state.failures.value.get('heat')?.message).toBe('Line 3 of heat is no date.')
    expect(named('heat')?.type).toBe('number')
    await state.changeColumn(named('heat') ?? column({ name: '' }), { type: 'category' })
    expect(state.failures.value.size).toBe(0)
  })
})
