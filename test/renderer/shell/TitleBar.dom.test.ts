import { expect, it } from 'vitest'
import TitleBar from '../../../renderer/shell/TitleBar.vue'
import { Failure } from '../../../src/contract/failure.ts'
import { settled } from '../fakeConnection.ts'
import { mountStage } from '../mountStage.ts'
import { job } from '../records.ts'

it.each([
  // A training keeps what it reached; other jobs leave nothing.
  ['training', 'Pause', 'Pausing'],
  ['scoring', 'Cancel', 'Cancelling'],
] as const)('stops a job of kind %s with the word %s', async (kind, word, under) => {
  const { wrapper, at } = await mountStage(TitleBar, {
    project: { jobs: [job({ kind })] },
    calls: { cancelJob: () => new Promise(() => {}) },
  })
  expect(at('job-cancel').text()).toBe(word)
  await at('job-cancel').trigger('click')
  await settled()
  expect(at('job').text()).toContain(under)
  wrapper.unmount()
})

it('says what Undo takes back, and why it could not', async () => {
  const { wrapper, workbench, at } = await mountStage(TitleBar, {
    project: { undoable: 'type of heat in pumps' },
    calls: {
      undo: async () => {
        throw new Failure('busy', 'A job is using it right now.')
      },
    },
  })
  expect(at('redo').exists()).toBe(false)
  expect(at('undo').text()).toBe('Undo type of heat in pumps')
  await at('undo').trigger('click')
  await settled()
  expect(workbench.notices.notices.value.map(({ message }) => message)).toEqual([
    'A job is using it right now.',
  ])
  wrapper.unmount()
})
