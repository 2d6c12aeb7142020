import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { type OpenedPage, openPage, type Served } from './harness.ts'

async function toTrain(page: Page): Promise<void> {
  await page.getByTestId('sample-pump-sensors').click()
  await page.getByTestId('dataset-summary').waitFor()
  await page.getByTestId('stage-train').click()
  await page.getByTestId('train-plan').waitFor()
}

async function pick(page: Page, kind: string): Promise<void> {
  await page.getByTestId('flavour-choose').click()
  await page.getByTestId(`flavour-${kind}`).check()
  await page.getByTestId('flavour-choose').click()
}

async function group(page: Page, name: string): Promise<void> {
  await page.getByTestId(`settings-${name}`).locator('summary').click()
}

/** Trains what is chosen, to its end. */
async function train(page: Page): Promise<void> {
  const before = await page.getByTestId('tab-runs').innerText()
  await page.getByTestId('train-start').click()
  await page.getByTestId('train-progress').waitFor()
  await page.getByTestId('train-ended').waitFor({ timeout: 120_000 })
  expect(await page.getByTestId('error').count()).toBe(0)
  await page.waitForFunction(
    (text) => document.querySelector<HTMLElement>('[data-testid="tab-runs"]')?.innerText !== text,
    before,
  )
}

/** The ranking's first rows as Review shows them, with the scale of its histogram. */
async function firstScores(page: Page): Promise<string[]> {
  await page.getByTestId('histogram').waitFor()
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('[data-testid="ranked-row"]')]
    return rows.length > 0 && rows.every((row) => !row.textContent?.includes('…'))
  })
  const rows = await page.getByTestId('ranked-row').allInnerTexts()
  return [await page.getByTestId('histogram').innerText(), ...rows.slice(0, 3)]
}

describe('kinds of autoencoders in the window', () => {
  let served: Served
  let opened: OpenedPage
  let page: Page

  beforeAll(async () => {
    opened = await openPage()
    ;({ page, served } = opened)
    await toTrain(page)
  })
  afterAll(() => opened.close())

  it('shows what suits a kind when it is picked, before anything is trained', async () => {
    expect(await page.getByTestId('settings-noise').innerText()).toContain('Gaussian')
    await pick(page, 'pca')
    await page.getByTestId('flavour-computed').waitFor()
    await page.getByTestId('settings-noise').waitFor({ state: 'detached' })
    expect(await page.getByTestId('train-start').innerText()).toBe('Compute')
    await page.getByTestId('settings-undo').click()
    await page.getByTestId('settings-noise').waitFor()
    expect(await page.getByTestId('flavour-now').innerText()).toBe('Denoising')
  })

  it('says how long a training will take before it is started', async () => {
    await page.getByTestId('train-estimate').getByText('Takes').waitFor({ timeout: 60_000 })
    expect(await page.getByTestId('train-estimate').innerText()).toMatch(/of memory\.$/)
  })

  it('refuses settings that do not go together, says what to change, and starts nothing', async () => {
    await group(page, 'noise')
    await page.getByLabel('Corruption', { exact: true }).selectOption({ label: 'None' })
    const refusal = page.getByTestId('train-refused')
    await refusal.waitFor()
    expect(await refusal.innerText()).toContain('needs a corruption')
    expect(await page.getByTestId('train-start').isDisabled()).toBe(true)
    await page.locator('main').press('Enter')
    expect(await page.getByTestId('train-progress').count()).toBe(0)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: /Corruption: back to Auto/ }).click()
    await refusal.waitFor({ state: 'detached' })
    expect(await page.getByTestId('train-start').isEnabled()).toBe(true)
    await group(page, 'noise')
  })

  it('edits the layers by keyboard alone', async () => {
    const size = page.getByTestId('network-size')
    const before = await size.innerText()
    await page.getByTestId('add-hidden').focus()
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(
      'nodes-hidden-1',
    )
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('PageUp')
    await page.waitForFunction(
      (text) => document.querySelector<HTMLElement>('[data-testid="network-size"]')?.innerText !== text,
      before,
    )
    expect(await page.getByTestId('train-plan').innerText()).toMatch(/16–64–38–5–38–64–16/)
    await page.keyboard.press('Control+z')
    await page.locator('main').focus()
    await page.keyboard.press('Control+z')
    await page.waitForFunction(
      (text) => document.querySelector<HTMLElement>('[data-testid="network-size"]')?.innerText === text,
      before,
    )
  })

  it('trains three kinds and compares them', async () => {
    await train(page)
    await pick(page, 'variational')
    await train(page)
    await pick(page, 'pca')
    await train(page)
    await page.getByTestId('to-runs').click()
    const rows = page.getByTestId('run-row')
    expect(await rows.count()).toBe(3)
    const cell = (row: number, name: string) => rows.nth(row).locator(`[data-column="${name}"]`)
    await page.waitForFunction(
      () => ![...document.querySelectorAll('[data-column]')].some((one) => one.textContent?.includes('…')),
    )
    // The newest is open, and agrees with itself.
    expect(await rows.first().getAttribute('aria-selected')).toBe('true')
    expect(await rows.first().innerText()).toContain('PCA')
    expect(await cell(0, 'correlation').innerText()).toBe('1.000')
    for (const row of [1, 2]) {
      const correlation = Number(await cell(row, 'correlation').innerText())
      expect(correlation).toBeGreaterThan(-1)
      expect(correlation).toBeLessThan(1)
      expect(Number(await cell(row, 'auroc').innerText())).toBeGreaterThan(0.6)
    }
    expect(await violations(page)).toEqual([])

    await page.getByTestId('sort-auroc').click()
    const best = await page.evaluate(() =>
      [...document.querySelectorAll('[data-column="auroc"]')].map((one) => Number(one.textContent)),
    )
    expect(best).toEqual(best.toSorted((one, other) => other - one))
    await rows.first().focus()
    await page.keyboard.press('ArrowDown')
    const kind = await page.evaluate(() => document.activeElement?.querySelector('strong')?.textContent)
    await page.keyboard.press('Enter')
    await page.getByTestId('histogram').waitFor()
    const chosen = await page.getByTestId('run-select').evaluate((select) => {
      return (select as HTMLSelectElement).selectedOptions[0]?.textContent ?? ''
    })
    expect(chosen).toContain(kind ?? 'a kind')
  })

  it('pauses a training, keeps what it reached, and continues it after a restart of the core', async () => {
    await page.getByTestId('stage-train').click()
    await page.getByTestId('tab-settings').click()
    await pick(page, 'sparse')
    await group(page, 'optimiser')
    await page.getByLabel('Steps', { exact: true }).fill('4000')
    await group(page, 'control')
    await page.getByLabel('Copies', { exact: true }).fill('1')
    await page.getByTestId('train-plan').getByText('4,000 steps').waitFor()
    await page.getByTestId('train-start').click()
    await page.getByTestId('loss-chart').waitFor()
    await page.locator('main').press('Escape')
    const ended = page.getByTestId('train-ended')
    await ended.getByText('Paused').waitFor({ timeout: 60_000 })

    for (const pid of await served.corePids()) process.kill(pid, 'SIGKILL')
    await page.getByTestId('notice').first().waitFor({ timeout: 60_000 })
    await page.reload()
    await ended.getByText('Paused').waitFor({ timeout: 60_000 })
    await page.getByTestId('to-review').click()
    const before = await firstScores(page)
    await page.getByTestId('stage-train').click()
    await page.getByTestId('train-resume').click()
    await page.getByTestId('train-progress').waitFor()
    await ended.getByText('trained 4,000 steps').waitFor({ timeout: 120_000 })
    // Review shows what the continued run scored, as a page that reads everything anew does.
    await page.getByTestId('to-review').click()
    const after = await firstScores(page)
    expect(after).not.toEqual(before)
    await page.reload()
    expect(await firstScores(page)).toEqual(after)
    await page.getByTestId('stage-train').click()
    await page.getByTestId('tab-runs').click()
    expect(await page.getByTestId('run-row').count()).toBe(4)
    expect(await page.getByTestId('runs').innerText()).not.toContain('paused')
  })

  it('trains a run for each of several seeds, and forgets one when asked', async () => {
    await page.getByTestId('tab-settings').click()
    await pick(page, 'linear')
    await page.getByTestId('settings-open-all').click()
    await page.getByLabel('Seeds', { exact: true }).fill('5, 6')
    expect(await page.getByTestId('train-start').innerText()).toBe('Train 2 runs')
    await train(page)
    await page.getByTestId('tab-runs').click()
    const rows = page.getByTestId('run-row')
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="run-row"]').length === 6)
    expect(await page.getByTestId('runs').innerText()).toMatch(/seed 6[\s\S]*seed 5|seed 5[\s\S]*seed 6/)
    await rows.first().getByTestId('delete').click()
    await page.getByTestId('confirm').click()
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="run-row"]').length === 5)
  })
})

it('has no axe violation in the dark scheme with everything unfolded', async () => {
  const { page, close } = await openPage({ viewport: { width: 1920, height: 1080 }, colorScheme: 'dark' })
  try {
    await toTrain(page)
    await page.getByTestId('settings-open-all').click()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('flavour-choose').click()
    await page.getByTestId('flavour-conditional').check()
    await page.getByTestId('context-columns').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByTestId('tab-runs').click()
    await page.getByTestId('runs-empty').waitFor()
    expect(await violations(page)).toEqual([])
  } finally {
    await close()
  }
})
