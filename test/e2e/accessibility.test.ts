import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { dropFiles, type OpenedPage, openPage, samples } from './harness.ts'

describe.each(['light', 'dark'] as const)('no axe violation in the %s scheme', (colorScheme) => {
  let opened: OpenedPage
  let page: Page

  beforeAll(async () => {
    opened = await openPage({ colorScheme })
    ;({ page } = opened)
    await page.getByTestId('drop-zone').waitFor()
  })
  afterAll(() => opened.close())

  it('empty window', async () => expect(await violations(page)).toEqual([]))

  it('import preview and data set', async () => {
    await dropFiles(page, [join(samples, 'pump-sensors.csv')])
    await page.getByTestId('preview').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('import-confirm').click()
    await page.getByTestId('dataset-summary').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('rows, sorted and filtered, with what is known of a column', async () => {
    await page.getByTestId('tab-rows').click()
    await page.getByTestId('data-row').first().waitFor()
    await page.getByTestId('filter-from').fill('2000-01-01')
    await page.getByTestId('filter-add').click()
    await page.getByTestId('filter-remove').waitFor()
    await page.getByTestId('sort').first().click()
    await page.getByTestId('column-facts').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('tab-columns').click()
  })

  it('train, before and after', async () => {
    await page.getByTestId('stage-train').click()
    await page.getByTestId('train-start').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('train-start').click()
    await page.getByTestId('to-review').waitFor({ timeout: 60_000 })
    expect(await violations(page)).toEqual([])
  })

  it('review with an open row', async () => {
    await page.getByTestId('to-review').click()
    await page.getByTestId('histogram').waitFor()
    await page.getByTestId('ranked-row').first().click()
    await page.getByTestId('row-detail').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('export', async () => {
    await page.getByTestId('stage-export').click()
    await page.getByTestId('export-start').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('the map of codes: a row with its nearest rows, as a table, and every way to use codes', async () => {
    await page.getByTestId('stage-review').click()
    await page.getByTestId('tab-map').click()
    await page.getByTestId('map-sentence').waitFor()
    await page.getByTestId('point-map').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByTestId('neighbour-row').first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('map-table').click()
    await page.getByTestId('point-row').first().waitFor()
    await page.getByTestId('tab-code').click()
    await page.getByTestId('made-row').first().waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('tab-between').click()
    await page.getByTestId('between-to').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('tab-make').click()
    await page.getByTestId('cannot-make').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('score, before and after, and what is said of the workbench', async () => {
    await page.getByTestId('stage-score').click()
    await page.getByTestId('rows-select').selectOption({ index: 1 })
    await page.getByTestId('score-start').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('score-start').click()
    await page.getByTestId('score-result').waitFor({ timeout: 60_000 })
    expect(await violations(page)).toEqual([])
    await page.getByTestId('about').click()
    await page.getByTestId('engine').first().waitFor()
    expect(await violations(page)).toEqual([])
  })
})
