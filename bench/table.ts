// How long the table of rows takes in Chromium: the first page of a sort, a filter and a search, and further pages.
// Usage: npm run bench:table [-- ROWS ...]   (1,000,000 rows when left out; needs Chromium)
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { generateTable } from './support/generatedTable.ts'

// Not bundled: that file does its own work where it is the program that runs.
const { findBrowser }: typeof import('../test/browser.mjs') = await import(
  pathToFileURL(resolve('test/browser.mjs')).href
)

const rounds = 5
const furtherPages = 40
const counts = process.argv.slice(2).map(Number)

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

async function serve(project: string) {
  const host = spawn(
    process.execPath,
    [resolve('dist/hosts/cli.js'), 'serve', '--no-open', '--project', project],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const address = await new Promise<string>((found, failed) => {
    let said = ''
    host.stdout.on('data', (text: Buffer) => {
      said += text.toString()
      const match = /http:\/\/127\.0\.0\.1:\d+\/\S*token=\S+/.exec(said)
      if (match) found(match[0])
    })
    host.once('exit', (code) => failed(new Error(`the host ended with ${code}: ${said}`)))
  })
  return { host, address }
}

/** Milliseconds from a click until other rows are drawn than before. */
const untilOtherRows = (page: Page, testId: string, place: number): Promise<number> =>
  page.evaluate(
    async ([id, at]) => {
      const shown = () =>
        [...document.querySelectorAll('[data-testid="data-row"]')].map((row) => row.textContent).join('|')
      const before = shown()
      const began = performance.now()
      document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`)[at]?.click()
      const isOver = () => shown() !== before && !document.querySelector('.row.data.waiting')
      while (!isOver() && performance.now() - began < 60_000) await new Promise(requestAnimationFrame)
      return performance.now() - began
    },
    [testId, place] as const,
  )

/** Milliseconds from a jump of the scroll bar until every row there is drawn. */
const untilPage = (page: Page, share: number): Promise<number> =>
  page.evaluate(async (to) => {
    const grid = document.querySelector<HTMLElement>('[role="grid"]')
    if (!grid) throw new Error('there is no grid')
    const began = performance.now()
    grid.scrollTop = to * (grid.scrollHeight - grid.clientHeight)
    // One frame draws the place of the rows, the next ones the rows.
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    while (document.querySelector('.row.data.waiting') && performance.now() - began < 60_000) {
      await new Promise(requestAnimationFrame)
    }
    return performance.now() - began
  }, share)

async function pagesOf(page: Page): Promise<string> {
  const times: number[] = []
  // The golden ratio spreads over the table, never over the same place.
  for (let at = 1; at <= furtherPages; at++) times.push(await untilPage(page, (at * 0.618_034) % 1))
  return `further pages median ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`
}

async function measure(rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'residual-bench-'))
  const project = join(folder, 'table.residual')
  await generateTable(project, rows)
  const { host, address } = await serve(project)
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(address)
    await page.getByTestId('tab-rows').click()
    await page.getByTestId('data-row').first().waitFor()
    console.log(`${rows.toLocaleString('en')} rows x 30, window 1280 x 800`)
    console.log(`  file order: ${await pagesOf(page)}`)
    const sorts: number[] = []
    for (let round = 0; round < rounds; round++)
      sorts.push(await untilOtherRows(page, 'sort', 2 + (round % 5)))
    console.log(
      `  sort by a number: first page median ${quantile(sorts, 0.5).toFixed(0)} ms, highest ${Math.max(...sorts).toFixed(0)} ms`,
    )
    await untilPage(page, 0.5)
    console.log(`  sorted: ${await pagesOf(page)}`)
    await untilPage(page, 0)
    await page.getByTestId('filter-from').fill('1')
    console.log(
      `  filter by a range, sorted: first page ${(await untilOtherRows(page, 'filter-add', 0)).toFixed(0)} ms`,
    )
  } finally {
    await browser.close()
    const gone = new Promise((done) => host.once('exit', done))
    host.kill('SIGTERM')
    await gone
    await rm(folder, { recursive: true, force: true })
  }
}

for (const rows of counts.length > 0 ? counts : [1_000_000]) await measure(rows)
