import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestProject } from '../pipeline/project.ts'
import { bytes } from './bytes.ts'
import { cutting } from './cutting.ts'
import type { HostileFile } from './hostileFile.ts'
import { naming } from './naming.ts'
import { values } from './values.ts'

const groups = {
  'Lines, delimiters and quotes': cutting,
  'Headers and what stands above': naming,
  'Numbers, dates and missing values': values,
  'Bytes, sizes and what is no table': bytes,
}

let project: TestProject
beforeAll(async () => {
  project = await TestProject.open()
})
afterAll(async () => await project.close())

/** Rows of a table, counted without any reader of tables: lines that are not blank, less those that are no rows. */
function rowsIn(file: HostileFile): number {
  const content = file.text?.() ?? file.content()
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('utf8')
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)
  const blankAbove = lines.findIndex((line) => line.trim() !== '')
  const filled = lines.slice(blankAbove).filter((line) => line.trim() !== '').length
  return filled - (file.header === false ? 0 : 1) - (file.preamble ?? 0) - (file.breaks ?? 0)
}

const outcome = (file: HostileFile): string => {
  if (file.gap !== undefined) return `not yet right: ${file.gap}`
  if (file.refused !== undefined) return 'refused with a sentence'
  const aside = file.quarantined ?? 0
  return `${rowsIn(file) - aside} rows${aside === 0 ? '' : `, ${aside} set aside`}`
}

describe.each(Object.entries(groups))('%s', (_title, files) => {
  const right = files.filter(({ gap }) => gap === undefined)
  const wrong = files.filter(({ gap }) => gap !== undefined)
  it.each(right.map((file) => [file.name, file.what, file] as const))('%s: %s', imported)
  // These must fail: one that passes is mended, and its gap is to be struck out.
  it.fails.each(wrong.map((file) => [file.name, file.what, file] as const))('NOT YET RIGHT %s: %s', imported)
})

async function imported(name: string, _what: string, file: HostileFile): Promise<void> {
  const started = process.cpuUsage()
  const attempt = project.import(
    project.write(name, file.content()),
    file.dialect === undefined ? {} : { dialect: file.dialect },
  )
  if (file.refused !== undefined) {
    await expect(attempt).rejects.toMatchObject({
      code: 'unreadable-file',
      message: expect.stringMatching(file.refused),
    })
    await expect(attempt).rejects.toMatchObject({ message: expect.stringContaining(name) })
  } else {
    const dataset = await attempt
    const issues = await project.issues(dataset)
    const types = Object.fromEntries(dataset.columns.map(({ name, type }) => [name, type]))
    // Each row is in the table or set aside, whatever the file.
    expect({ all: dataset.rows + dataset.quarantined, quarantined: dataset.quarantined }).toEqual({
      all: rowsIn(file),
      quarantined: file.quarantined ?? 0,
    })
    expect(issues.filter(({ action }) => action === 'quarantined')).toHaveLength(dataset.quarantined)
    expect(types).toMatchObject(file.types ?? {})
    if (file.issue !== undefined)
      expect(issues.map(({ message }) => message)).toContainEqual(expect.stringMatching(file.issue))
    if (file.silent === true) expect(issues).toEqual([])
  }
  // Time of the processor, not of the wall: others may hold the machine.
  const { user, system } = process.cpuUsage(started)
  expect((user + system) / 1e6).toBeLessThan(10)
}

describe('the list of hostile files', () => {
  it('is in the documentation, and long enough', async () => {
    const all = Object.values(groups).flat()
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(all.length).toBeGreaterThanOrEqual(120)
    const sections = Object.entries(groups).map(([title, files]) => {
      const rows = files.map(
        (file) => `| \`${file.name}\` | ${file.what.replaceAll('|', '\\|')} | ${outcome(file)} |`,
      )
      return `## ${title}\n\n| file | what is the matter | outcome |\n|---|---|---|\n${rows.join('\n')}\n`
    })
    const intro = `# Hostile files\n\nEach of these ${all.length} files is made and imported by \`test/hostile\`. Every row must be in the table or set aside with its line, as counted without a reader of tables, and no file may take 10 s of the processor. This page is written by the test: \`npx vitest run --project unit test/hostile -u\`.\n`
    await expect([intro, ...sections].join('\n')).toMatchFileSnapshot('../../docs/hostile-files.md')
  })
})
