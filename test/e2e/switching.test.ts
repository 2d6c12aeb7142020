import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberIn, type OpenedPage, openPage, type Served, serveWorkbench } from './harness.ts'

/** Imports a sample and trains on it. */
async function train(page: Page, sampleId: string): Promise<void> {
  await page.getByTestId('stage-import').click()
  const another = page.getByTestId('add-table')
  if (await another.isVisible()) await another.click()
  await page.getByTestId(`sample-${sampleId}`).click()
  await page.getByTestId('dataset-summary').waitFor()
  await page.getByTestId('stage-train').click()
  await page.getByTestId('train-start').click()
  await page.getByTestId('to-review').click({ timeout: 60_000 })
  await page.getByTestId('histogram').waitFor()
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByTestId('dataset-select').selectOption({ label: name })
  await page.getByTestId('histogram').waitFor()
}

describe('going back and forth between data sets and runs', () => {
  let served: Served
  let opened: OpenedPage
  let page: Page

  beforeAll(async () => {
    opened = await openPage()
    ;({ page, served } = opened)
    await train(page, 'pump-sensors')
    await train(page, 'invoices')
  })
  afterAll(() => opened.close())

  it('keeps a threshold that was moved just before, and exports by it', async () => {
    const moved = (await numberIn(page, 'flagged-count')) + 17
    await page.getByTestId('threshold-rows').fill(String(moved))
    await page.getByTestId('threshold-rows').press('Enter')
    // At once: the line has not rested yet.
    await choose(page, 'pump-sensors')
    await choose(page, 'invoices')
    expect(await numberIn(page, 'flagged-count')).toBe(moved)

    await page.getByTestId('stage-export').click()
    const download = page.waitForEvent('download')
    await page.getByTestId('export-start').click()
    await download
    await page.getByTestId('export-done').waitFor()
    expect(await page.getByTestId('export-done').innerText()).toMatch(`${moved} rows`)

    await page.reload()
    await page.getByTestId('stage-review').click()
    await choose(page, 'invoices')
    expect(await numberIn(page, 'flagged-count')).toBe(moved)
  })

  it('keeps the run on screen, and the question about it, when a training adds another', async () => {
    await page.getByTestId('stage-train').click()
    await page.getByTestId('settings-optimiser').locator('summary').click()
    await page.getByLabel('Steps', { exact: true }).fill('1500')
    await page.getByLabel('Steps', { exact: true }).press('Tab')
    await page.getByTestId('train-start').click()
    await page.getByTestId('train-progress').waitFor()
    await page.getByTestId('stage-review').click()
    await page.getByTestId('delete').click()
    await page.getByTestId('notice').waitFor({ timeout: 60_000 })
    expect(await page.getByTestId('run-select').locator('option').count()).toBe(2)
    const newer = await page.getByTestId('run-select').locator('option').first().getAttribute('value')
    expect(await page.getByTestId('run-select').inputValue()).not.toBe(newer)
    await page.getByTestId('confirm').click()
    // One run is left, so there is nothing to choose from; it is the newer one.
    await page.getByTestId('run-select').waitFor({ state: 'detached' })
    await page.getByTestId('delete').click()
    expect(await page.getByRole('dialog').innerText()).toContain('1,500 steps')
    await page.keyboard.press('Escape')
  })

  it('says in an old tab that Residual was restarted, rather than trying for ever without a word', async () => {
    const { port } = new URL(served.address)
    await served.stop()
    await page.getByTestId('link-lost').waitFor()
    const next = await serveWorkbench(['--port', port])
    try {
      await page.getByTestId('link-refused').waitFor({ timeout: 30_000 })
    } finally {
      await next.stop()
    }
  })
})
