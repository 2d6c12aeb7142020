import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({
  screen: {
    getAllDisplays: () => [
      { workArea: { x: 0, y: 25, width: 1920, height: 1055 } },
      { workArea: { x: 1920, y: 0, width: 1280, height: 1024 } },
    ],
  },
}))
const { rememberedPlace } = await import('../../electron/windowPlace.ts')

const folder = mkdtempSync(join(tmpdir(), 'residual-place-'))
afterAll(() => rmSync(folder, { recursive: true }))
const placed = (content: string) => {
  const file = join(folder, 'window.json')
  writeFileSync(file, content)
  return rememberedPlace(file)
}
const usual = { width: 1320, height: 860 }

describe('the remembered place of the window', () => {
  it('is used where a screen still shows it', () => {
    const second = { x: 2000, y: 100, width: 1000, height: 800 }
    expect(placed(JSON.stringify(second))).toEqual(second)
  })

  it.each([
    ['beyond all screens', { x: 5000, y: 100, width: 1000, height: 800 }],
    ['with its title bar above the screen', { x: 100, y: -400, width: 1000, height: 800 }],
    ['with a corner of it left', { x: -950, y: 100, width: 1000, height: 800 }],
  ])('keeps only its size when it lies %s', (_, place) => {
    expect(placed(JSON.stringify(place))).toEqual({ width: 1000, height: 800 })
  })

  it('is never smaller than the page can be used', () => {
    expect(placed('{"x":0,"y":30,"width":10,"height":10}')).toEqual({ x: 0, y: 30, width: 960, height: 560 })
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"x":1}',
    '{"x":0,"y":0,"width":1e9,"height":800}',
    '{"x":"0","y":0,"width":1,"height":1}',
  ])('is the usual one when the file holds %s', (content) => expect(placed(content)).toEqual(usual))

  it('is the usual one without a file', () => {
    expect(rememberedPlace(join(folder, 'none.json'))).toEqual(usual)
  })
})
