import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberIn, type OpenedPage, openPage, samples } from './harness.ts'

/** Presses Tab until the element with the test id holds the focus; fails when it cannot be reached. */
async function tabTo(page: Page, testId: string): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    const reached = await page.evaluate(
      (id) =>
        document.activeElement?.closest(`[data-testid="${id}"]`) !== null &&
        document.activeElement !== document.body,
      testId,
    )
    if (reached) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${testId} cannot be reached with Tab`)
}

async function pressOn(page: Page, testId: string, key = 'Enter'): Promise<void> {
  await page.getByTestId(testId).first().waitFor()
  await tabTo(page, testId)
  await page.keyboard.press(key)
}

describe('the whole story by keyboard alone', () => {
  let opened: OpenedPage
  let page: Page

  beforeAll(async () => {
    opened = await openPage()
    ;({ page } = opened)
  })
  afterAll(() => opened.close())

  it('chooses a file, imports, trains, moves the threshold, reads a reason and exports', async () => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), pressOn(page, 'file-input')])
    await chooser.setFiles(join(samples, 'card-transactions.csv'))
    await pressOn(page, 'import-confirm')
    await page.getByTestId('dataset-summary').waitFor()

    await pressOn(page, 'stage-train')
    await pressOn(page, 'train-start')
    await pressOn(page, 'to-review')
    await page.getByTestId('histogram').waitFor()

    const before = await numberIn(page, 'flagged-count')
    await pressOn(page, 'threshold-line', 'ArrowLeft')
    for (let presses = 0; presses < 20; presses++) await page.keyboard.press('ArrowLeft')
    expect(await numberIn(page, 'flagged-count')).toBeGreaterThan(before)

    await pressOn(page, 'ranked-row')
    await page.getByTestId('row-detail').getByTestId('share-row').first().waitFor()
    expect(await page.getByTestId('share-row').count()).toBeGreaterThan(3)
    await page.keyboard.press('Escape')

    await pressOn(page, 'stage-export')
    const download = page.waitForEvent('download')
    await pressOn(page, 'export-start')
    expect((await download).suggestedFilename()).toMatch(/card-transactions.*\.csv$/)
  })

  it('opens a model file, chooses rows and scores them', async () => {
    await pressOn(page, 'stage-export')
    const download = page.waitForEvent('download')
    await pressOn(page, 'model-export')
    const model = await (await download).path()
    await page.keyboard.press('5')
    const chooser = async (testId: string) =>
      (await Promise.all([page.waitForEvent('filechooser'), pressOn(page, testId)]))[0]
    const models = await chooser('model-input')
    await models.setFiles({ name: 'cards.onnx', mimeType: '', buffer: await readFile(model) })
    await page.getByTestId('model-columns').waitFor()
    const rows = await chooser('rows-input')
    await rows.setFiles(join(samples, 'card-transactions.csv'))
    await page.getByTestId('fit').waitFor()
    await pressOn(page, 'score-start')
    await page.getByTestId('score-result').waitFor({ timeout: 60_000 })
    await pressOn(page, 'score-review')
    await page.getByTestId('scored-chip').waitFor()
  })
})
