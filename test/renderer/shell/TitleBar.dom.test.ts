import { expect, it } from 'vitest'
import TitleBar from '../../../renderer/shell/TitleBar.vue'
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
