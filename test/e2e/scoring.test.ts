import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dropFiles, numberIn, type OpenedPage, openPage, residual, samples } from './harness.ts'

const table = join(samples, 'pump-sensors.csv')
const rowsOf = async (path: string) =>
  Papa.parse<Record<string, string>>((await readFile(path, 'utf8')).trimEnd(), { header: true }).data

/** The sample as a later month would bring it: other columns, a new mode, and pumps that run hot. */
async function laterTable(path: string): Promise<number> {
  const rows = (await rowsOf(table)).slice(0, 1200).map(({ pressure_bar: _gone, ...row }, index) => ({
    ...row,
    mode: index % 10 === 0 ? 'turbo' : (row.mode ?? ''),
    motor_temp_c: String(Number(row.motor_temp_c) + 15),
    humidity: String(40 + (index % 7)),
  }))
  await writeFile(path, `${Papa.unparse(rows)}\n`)
  return rows.length
}

/** Rows of the page's last download, saved under a name. */
async function saved(page: Page, path: string, act: () => Promise<void>): Promise<string> {
  const download = page.waitForEvent('download')
  await act()
  await (await download).saveAs(path)
  return path
}

describe('a model scores new rows', () => {
  let opened: OpenedPage
  let page: Page
  let folder: string
  let model: string
  let later: string
  let laterRows: number

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'residual-scoring-'))
    model = join(folder, 'pumps.onnx')
    later = join(folder, 'later.csv')
    laterRows = await laterTable(later)
    opened = await openPage()
    ;({ page } = opened)
  })
  afterAll(() => opened.close())
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is exported as one file from a run that was trained', async () => {
    await page.getByTestId('sample-pump-sensors').click()
    await page.getByTestId('stage-train').click()
    await page.getByTestId('train-start').click()
    await page.getByTestId('to-review').click({ timeout: 60_000 })
    await page.getByTestId('histogram').waitFor()
    await page.getByTestId('stage-export').click()
    await saved(page, model, () => page.getByTestId('model-export').click())
    await page.getByTestId('model-done').waitFor()
  })

  it('scores in Python as in the window, by the words that stand beside it', async ({ skip }) => {
    const { status } = spawnSync('python3', ['-c', 'import numpy, onnxruntime'])
    skip(status !== 0, 'Python with onnxruntime is not here: the snippet in Export is not tried')
    const all = join(folder, 'all.csv')
    await page.getByTestId('export-scope-all').click()
    await saved(page, all, () => page.getByTestId('export-start').click())
    await page.getByTestId('model-snippet').click()
    const snippet = await page.getByLabel('Code', { exact: true }).innerText()
    const script = `${snippet.replace('new.csv', table).replace('pump-sensors-model.onnx', model)}
import json
print(json.dumps([score.tolist(), flag.tolist()]))`
    const python = spawnSync('python3', ['-c', script], { encoding: 'utf8', maxBuffer: 1e8 })
    expect(python.stderr).toBe('')
    const [scores, flags] = JSON.parse(python.stdout) as [number[], boolean[]]
    const rows = await rowsOf(all)
    expect(flags.map(String)).toEqual(rows.map((row) => row.flagged))
    const worst = Math.max(
      ...rows.map((row, index) => Math.abs(Number(row.anomaly_score) / (scores[index] ?? 0) - 1)),
    )
    expect(worst).toBeLessThan(1e-5)
  })

  it('opens where it is dropped, and says of itself what it was trained on', async () => {
    await page.getByTestId('stage-import').click()
    await dropFiles(page, [model])
    await page.getByTestId('model-columns').waitFor()
    expect(await page.getByTestId('model-facts').innerText()).toMatch(/Denoising[\s\S]*on 3,024 rows/)
    expect(await page.getByTestId('model-select').locator('option:checked').innerText()).toContain(
      'pump-sensors (Denoising)',
    )
  })

  it('tells what a dropped table lacks before scoring it, and what differs and has drifted after it', async () => {
    await dropFiles(page, [later])
    await page.getByTestId('fit').waitFor()
    expect(await page.getByTestId('fit').innerText()).toContain('Missing: pressure_bar')
    await page.getByTestId('score-start').click()
    await page.getByTestId('score-result').waitFor({ timeout: 60_000 })
    const differences = page.getByTestId('difference')
    const kindOf = async (column: string) =>
      differences.filter({ has: page.getByText(column, { exact: true }) }).getAttribute('data-kind')
    expect(await kindOf('pressure_bar')).toBe('missing-column')
    expect(await kindOf('humidity')).toBe('extra-column')
    expect(await kindOf('mode')).toBe('unseen-categories')
    expect(await differences.filter({ hasText: 'turbo' }).innerText()).toContain('120 rows')
    const drift = page.getByTestId('drift-row').filter({ hasText: 'motor_temp_c' })
    expect(await drift.getAttribute('data-level')).toBe('strong')
  })

  it('flags the rows that the command line flags with the same files', async () => {
    const flagged = await numberIn(page, 'scored-flagged')
    const finished = await residual('score', later, '--model', model, '--json')
    expect(finished.code).toBe(0)
    const told = JSON.parse(finished.stdout)
    expect([told.rows, told.flagged]).toEqual([laterRows, flagged])
    expect(told.differences.length).toBe(await page.getByTestId('difference').count())
  })

  it('leaves a run like any other to review and to export, but one that nothing was trained for', async () => {
    const flagged = await numberIn(page, 'scored-flagged')
    await page.getByTestId('score-review').click()
    await page.getByTestId('histogram').waitFor()
    expect(await numberIn(page, 'flagged-count')).toBe(flagged)
    expect(await page.getByTestId('scored-chip').innerText()).toContain('nothing was trained')
    await page.getByTestId('ranked-row').first().click()
    await page.getByTestId('share-row').first().waitFor()
    await page.getByTestId('stage-export').click()
    await page.getByTestId('export-scope-flagged').click()
    const path = await saved(page, join(folder, 'flagged.csv'), () =>
      page.getByTestId('export-start').click(),
    )
    expect((await rowsOf(path)).length).toBe(flagged)
  })

  it('says why a damaged model and a table of other columns cannot be used', async () => {
    const damaged = join(folder, 'damaged.onnx')
    const bytes = await readFile(model)
    await writeFile(damaged, bytes.subarray(0, bytes.length / 2))
    const strange = join(folder, 'strange.csv')
    await writeFile(strange, 'colour,size\nred,1\nblue,2\n')
    await page.getByTestId('stage-score').click()
    await dropFiles(page, [damaged])
    await page.getByTestId('error').waitFor()
    expect(await page.getByTestId('error').innerText()).toContain('damaged.onnx')
    await dropFiles(page, [strange])
    await page.getByTestId('fit').waitFor()
    await page.getByTestId('score-start').click()
    await page.getByTestId('error').filter({ hasText: 'column' }).waitFor({ timeout: 60_000 })
  })
})

describe('the codes of a variational run', () => {
  let opened: OpenedPage
  let page: Page

  beforeAll(async () => {
    opened = await openPage()
    ;({ page } = opened)
    await page.getByTestId('sample-pump-sensors').click()
    await page.getByTestId('stage-train').click()
    await page.getByTestId('flavour-choose').click()
    await page.getByTestId('flavour-variational').click()
    await page.getByTestId('train-start').click()
    await page.getByTestId('to-review').click({ timeout: 60_000 })
  })
  afterAll(() => opened.close())

  it('are drawn as a map; the keyboard opens a row, its details and its nearest rows', async () => {
    await page.getByTestId('tab-map').click()
    await page.getByTestId('map-sentence').waitFor()
    expect(await page.getByTestId('run-title').innerText()).toMatch(/^Variational, seed 1,/)
    await page.getByTestId('point-map').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByTestId('share-row').first().waitFor()
    await page.getByTestId('neighbour-row').nth(3).waitFor()
    expect(await page.getByTestId('neighbour-row').first().innerText()).toContain('this row')
  })

  it('are made into new rows in original units, the same for the same seed', async () => {
    await page.getByTestId('tab-make').click()
    const make = async (seed: string) => {
      await page.getByTestId('make-seed').fill(seed)
      await page.getByTestId('make-seed').press('Tab')
      await page.getByTestId('make-rows').click()
      await page.getByTestId('made-row').first().waitFor()
      await page.getByTestId('make-rows').isEnabled()
      return page.getByTestId('made-row').first().innerText()
    }
    const first = await make('1')
    expect(first).toMatch(/P-10\d/)
    await expect.poll(() => make('2')).not.toBe(first)
    await expect.poll(() => make('1')).toBe(first)
  })

  it('are turned by hand and walked between two rows', async () => {
    await page.getByTestId('tab-code').click()
    const slider = page.getByTestId('code-slider').first()
    await slider.waitFor()
    const turned = page.getByTestId('made-row').nth(1)
    const before = await turned.innerText()
    await slider.focus()
    await page.keyboard.press('End')
    await expect.poll(() => turned.innerText()).not.toBe(before)

    await page.getByTestId('tab-between').click()
    await page.getByTestId('between-to').fill('200')
    await page.getByTestId('between-to').press('Tab')
    await page.getByTestId('made-row').nth(6).waitFor()
  })
})
