import { describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import { pageRowsFor, usePages } from '../../../renderer/state/usePages.ts'
import { Failure } from '../../../src/contract/failure.ts'
import { deferred, settled } from '../fakeConnection.ts'

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, step) => from + step)

function pagesOf(read: (from: number, to: number) => Promise<readonly number[]>, pageRows = 10) {
  const pages = effectScope().run(() => usePages<number>())
  if (!pages) throw new Error('no scope')
  pages.reset({ pageRows, read })
  return pages
}

describe('pages of a long table', () => {
  it('fetches each page that comes into view once', async () => {
    const asked: number[] = []
    const pages = pagesOf(async (from, to) => {
      asked.push(from)
      return numbers(from, to)
    })
    pages.show(5, 25)
    pages.show(5, 25)
    expect(pages.row(12)).toBe(null)
    await settled()
    pages.show(0, 30)
    expect([pages.row(5), pages.row(12), pages.row(24)]).toEqual([5, 12, 24])
    expect(asked).toEqual([0, 10, 20])
  })

  it('drops the page that was not looked at for longest', async () => {
    const pages = pagesOf(async (from, to) => numbers(from, to))
    for (let page = 0; page < 60; page += 1) pages.show(page * 10, page * 10 + 10)
    await settled()
    pages.show(0, 10)
    pages.show(600, 610)
    await settled()
    expect([pages.row(0), pages.row(10), pages.row(600)]).toEqual([0, null, 600])
  })

  it('ignores what was asked of another table', async () => {
    const late = deferred<readonly number[]>()
    const pages = pagesOf(() => late.promise)
    pages.show(0, 10)
    pages.reset({ pageRows: 10, read: async (from, to) => numbers(from + 100, to + 100) })
    pages.show(0, 10)
    late.resolve(numbers(0, 10))
    await settled()
    expect(pages.row(0)).toBe(100)
  })

  it('keeps the failure until a page arrives', async () => {
    let fail = true
    const pages = pagesOf(async (from, to) => {
      if (fail) throw new Failure('disk', 'The disk is gone.')
      return numbers(from, to)
    })
    pages.show(0, 10)
    await settled()
    expect(pages.failure.value?.message).toBe('The disk is gone.')
    fail = false
    pages.show(0, 10)
    await settled()
    expect([pages.failure.value, pages.row(3)]).toEqual([null, 3])
  })

  it('asks again for the page that failed and keeps the others', async () => {
    const asked: number[] = []
    let fail = true
    const pages = pagesOf(async (from, to) => {
      asked.push(from)
      if (from === 10 && fail) throw new Failure('disk', 'The disk is gone.')
      return numbers(from, to)
    })
    pages.show(0, 20)
    await settled()
    pages.show(20, 30)
    await settled()
    expect([pages.failure.value?.code, pages.row(3), pages.row(13), pages.row(23)]).toEqual([
      'disk',
      3,
      null,
      23,
    ])
    fail = false
    pages.retry()
    await settled()
    expect([asked, pages.failure.value, pages.row(13)]).toEqual([[0, 10, 20, 10], null, 13])
  })

  it('asks for fewer rows of wider tables, and never for more than a call may give', () => {
    expect([1, 30, 200, 5000].map(pageRowsFor)).toEqual([100, 100, 50, 10])
  })
})
