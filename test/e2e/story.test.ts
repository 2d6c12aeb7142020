import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dropFiles, numberIn, type OpenedPage, openPage, residual, samples } from './harness.ts'

const table = join(samples, 'pump-sensors.csv')

describe('the whole story with a mouse', () => {
  let opened: OpenedPage
  let page: Page
  let downloads: string

  beforeAll(async () => {
    downloads = await mkdtemp(join(tmpdir(), 'residual-downloads-'))
    opened = await openPage()
    ;({ page } = opened)
  })
  afterAll(() => opened.close())
  afterAll(() => rm(downloads, { recursive: true, force: true }))

  it('shows what a dropped file holds before importing it', async () => {
    await page.getByTestId('drop-zone').waitFor()
    await dropFiles(page, [table])
    await page.getByTestId('preview-row').first().waitFor()
    expect(await page.getByTestId('preview-row').count()).toBeGreaterThan(5)
  })

  it('imports every row and proposes the label column for evaluation only', async () => {
    await page.getByTestId('import-confirm').click()
    const summary = page.getByTestId('dataset-summary')
    await summary.waitFor()
    expect(await summary.innerText()).toMatch(/3[,.\s]?024/)
  })

  it('trains with one click and draws the loss', async () => {
    await page.getByTestId('stage-train').click()
    await page.getByTestId('train-start').click()
    await page.getByTestId('loss-chart').waitFor()
    await page.getByTestId('to-review').click({ timeout: 60_000 })
    await page.getByTestId('histogram').waitFor()
    expect(await numberIn(page, 'metrics-auroc')).toBeGreaterThan(0.6)
  })

  it('follows the threshold line with the flagged count while the mouse drags it', async () => {
    const before = await numberIn(page, 'flagged-count')
    const handle = await page.getByTestId('threshold-line').boundingBox()
    if (!handle) throw new Error('the threshold line is not on screen')
    const y = handle.y + handle.height / 2
    await page.mouse.move(handle.x + handle.width / 2, y)
    await page.mouse.down()
    const counts: number[] = []
    for (const distance of [-10, -25, -40]) {
      await page.mouse.move(handle.x + handle.width / 2 + distance, y, { steps: 4 })
      counts.push(await numberIn(page, 'flagged-count'))
    }
    await page.mouse.up()
    expect(counts[2]).toBeGreaterThan(before)
    expect([...counts].sort((a, b) => a - b)).toEqual(counts)
  })

  it('says why a row is odd', async () => {
    await page.getByTestId('ranked-row').first().click()
    await page.getByTestId('row-detail').getByTestId('share-row').first().waitFor()
    expect(await page.getByTestId('share-row').count()).toBeGreaterThan(3)
  })

  it('exports the rows that the command line flags for the same seed and cut', async () => {
    const flagged = await numberIn(page, 'flagged-count')
    await page.getByTestId('stage-export').click()
    const download = page.waitForEvent('download')
    await page.getByTestId('export-start').click()
    const fromPage = join(downloads, 'page.csv')
    await (await download).saveAs(fromPage)

    // The field shows a rounded cut; the stored one is in the project, so the cut is taken from the export.
    const rowsOf = async (path: string) =>
      Papa.parse<Record<string, string>>((await readFile(path, 'utf8')).trimEnd(), { header: true }).data
    const pageRows = await rowsOf(fromPage)
    expect(pageRows.length).toBe(flagged)
    const lowest = Math.min(...pageRows.map((row) => Number(row.anomaly_score)))

    const fromShell = join(downloads, 'shell.csv')
    const finished = await residual(
      'detect',
      table,
      '--label',
      'is_anomaly',
      '--threshold',
      `manual:${lowest}`,
      '--out',
      fromShell,
      '--json',
    )
    expect(finished.stderr).not.toContain('Error')
    expect(finished.code).toBe(0)
    expect(await readFile(fromPage, 'utf8')).toBe(await readFile(fromShell, 'utf8'))
    const original = await rowsOf(table)
    const first = pageRows[0]
    expect(original.some((row) => Object.keys(row).every((name) => row[name] === first?.[name]))).toBe(true)
  })
})
