import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dropFiles, type OpenedPage, openPage, type Served } from './harness.ts'

/** Kills the core as the operating system would: no warning, no clean-up. */
async function killCore(served: Served): Promise<void> {
  const pids = await served.corePids()
  expect(pids.length).toBe(1)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

/** A table of numbers, long enough to be caught in the middle of its import or training. */
async function writeReadings(path: string, rows: number): Promise<void> {
  const lines = ['a,b,c,d,e,f']
  for (let row = 0; row < rows; row++) {
    lines.push(`${row * 7},${row % 13}.25,${Math.sin(row)},${row / 3},${row % 97},${Math.cos(row)}`)
  }
  await writeFile(path, lines.join('\n'))
}

describe('the core is killed at work', () => {
  let served: Served
  let opened: OpenedPage
  let page: Page
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-death-'))
    opened = await openPage()
    ;({ page, served } = opened)
    await page.getByTestId('drop-zone').waitFor()
  })
  afterAll(() => opened.close())
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('during training: the page says so, the data set is still there, and training works again', async () => {
    const readings = join(folder, 'readings.csv')
    await writeReadings(readings, 40_000)
    await dropFiles(page, [readings])
    await page.getByTestId('import-confirm').click()
    await page.getByTestId('dataset-summary').waitFor()
    await page.getByTestId('stage-train').click()
    await page.getByTestId('train-start').click()
    await page.getByTestId('train-progress').waitFor()
    await killCore(served)
    await page.getByTestId('notice').waitFor()
    expect(await page.getByTestId('notice').innerText()).toMatch(/stopped|restarted/i)

    await page.getByTestId('stage-import').click()
    expect(await page.getByTestId('dataset-summary').innerText()).toMatch(/40[,.\s]?000/)
    await page.getByTestId('stage-train').click()
    await page.getByTestId('train-start').click()
    await page.getByTestId('to-review').click({ timeout: 90_000 })
    await page.getByTestId('histogram').waitFor()
  })

  it('during import: nothing half-read appears, earlier work is intact, and the file imports afterwards', async () => {
    const big = join(folder, 'big.csv')
    await writeReadings(big, 600_000)
    await page.getByTestId('notice').getByRole('button', { name: 'Close' }).click()
    await page.getByTestId('stage-import').click()
    await dropFiles(page, [big])
    await page.getByTestId('preview').waitFor()
    await page.getByTestId('import-confirm').click()
    await page.getByTestId('job-cancel').waitFor()
    await killCore(served)
    await page.getByTestId('notice').waitFor()
    expect(await page.getByTestId('error').innerText()).toMatch(/stopped/)
    // One data set, the earlier one, is all there is.
    expect((await page.getByTestId('dataset-select').innerText()).trim()).toBe('readings')

    // The page still has the file and sends it to the new core.
    await page.getByTestId('preview-row').first().waitFor()
    await page.getByTestId('import-confirm').click()
    await page.waitForFunction(
      () => /600[,.\s]?000/.test(document.querySelector('[data-testid=dataset-summary]')?.textContent ?? ''),
      undefined,
      { timeout: 60_000 },
    )
  })
})
