import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const script = resolve(import.meta.dirname, '../.ci/totals.mjs')
const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true })
})

function totals(reports: unknown[], status: string) {
  const folder = mkdtempSync(join(tmpdir(), 'residual-totals-'))
  made.push(folder)
  for (const [index, report] of reports.entries())
    writeFileSync(join(folder, `${index}.json`), JSON.stringify(report))
  const run = spawnSync(process.execPath, [script, folder, status], { encoding: 'utf8' })
  return [run.stdout, run.status]
}
const report = (passed: number, failed: number, testResults: unknown[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
})

describe('the totals', () => {
  it('add up all runs', () => {
    expect(totals([report(3, 0), report(4, 0)], '0')).toEqual(['7 passed, 0 failed\n', 0])
    expect(totals([report(3, 1), report(4, 2)], '1')).toEqual(['7 passed, 3 failed\n', 1])
  })

  it('count a file that did not load, once', () => {
    const broken = { status: 'failed', assertionResults: [] }
    const withFailedTest = { status: 'failed', assertionResults: [{ status: 'failed' }] }
    expect(totals([report(3, 1, [broken, withFailedTest])], '1')).toEqual(['3 passed, 2 failed\n', 1])
  })

  it('count a failed step that is no test', () => {
    expect(totals([report(3, 0)], '2')).toEqual(['3 passed, 1 failed\n', 1])
  })

  it('never call nothing a success', () => {
    expect(totals([], '0')).toEqual(['0 passed, 1 failed\n', 1])
  })
})
