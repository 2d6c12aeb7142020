import { onScopeDispose, shallowRef } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type { WireFailure } from '../../src/contract/records.ts'

interface PageSource<Row> {
  /** Rows a call fetches. */
  readonly pageRows: number
  /** Rows `from`..`to` (exclusive). */
  read(from: number, to: number): Promise<readonly Row[]>
}

/** Pages kept in memory; the ones not looked at for longest go first. */
const keptPages = 60

/**
 * Rows of a long table, fetched a page at a time as they come into view and kept for a while.
 * `version` changes whenever `row` may answer differently, so that drawing follows.
 */
export function usePages<Row>() {
  const version = shallowRef(0)
  const failure = shallowRef<WireFailure | null>(null)
  let source: PageSource<Row> | null = null
  let pages = new Map<number, readonly Row[]>()
  let underway = new Set<number>()
  let failed = new Set<number>()
  let generation = 0

  /** Starts over with another table, or with the same one after it changed. */
  function reset(next: PageSource<Row> | null): void {
    generation += 1
    source = next
    pages = new Map()
    underway = new Set()
    failed = new Set()
    failure.value = null
    version.value += 1
  }

  async function fetchPage(from: PageSource<Row>, page: number): Promise<void> {
    const mine = generation
    underway.add(page)
    try {
      const rows = await from.read(page * from.pageRows, (page + 1) * from.pageRows)
      if (mine !== generation) return
      pages.set(page, rows)
      failed.delete(page)
      for (const oldest of pages.keys()) {
        if (pages.size <= keptPages) break
        pages.delete(oldest)
      }
      if (failed.size === 0) failure.value = null
      version.value += 1
    } catch (thrown) {
      if (mine !== generation) return
      failed.add(page)
      failure.value = toWireFailure(thrown)
    } finally {
      if (mine === generation) underway.delete(page)
    }
  }

  /** Asks for the rows `from`..`to` that are not here yet. */
  function show(from: number, to: number): void {
    if (!source || to <= from) return
    const last = Math.floor((to - 1) / source.pageRows)
    for (let page = Math.floor(from / source.pageRows); page <= last; page += 1) {
      const held = pages.get(page)
      if (held) {
        pages.delete(page)
        pages.set(page, held)
      } else if (!underway.has(page)) void fetchPage(source, page)
    }
  }

  /** Asks again for the pages that failed; the others stay. */
  function retry(): void {
    if (!source) return
    for (const page of failed) if (!underway.has(page)) void fetchPage(source, page)
  }

  /** The row, or null while it is not here. Read `version` beside it. */
  function row(index: number): Row | null {
    if (!source) return null
    return pages.get(Math.floor(index / source.pageRows))?.[index % source.pageRows] ?? null
  }

  onScopeDispose(() => reset(null))
  return { version, failure, reset, show, retry, row }
}

/** Rows a page should hold so that an answer stays near 10,000 cells however wide the table is. */
export function pageRowsFor(columns: number): number {
  return Math.min(100, Math.max(10, Math.floor(10_000 / Math.max(columns, 1))))
}
