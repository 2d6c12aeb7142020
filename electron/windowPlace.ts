import { readFileSync, writeFileSync } from 'node:fs'
import { type BrowserWindow, type Rectangle, screen } from 'electron'

const usual = { width: 1320, height: 860 }
/** Narrower or lower, the page would have to scroll as a whole. */
export const smallest = { width: 960, height: 560 }

/** Where the window goes: where it was, if a screen still shows that place; else in the middle. */
export function rememberedPlace(file: string): Partial<Rectangle> & { width: number; height: number } {
  const place = readPlace(file)
  if (place === null) return usual
  const size = {
    width: Math.max(smallest.width, place.width),
    height: Math.max(smallest.height, place.height),
  }
  const shown = screen.getAllDisplays().some(({ workArea }) => {
    const across = Math.min(place.x + size.width, workArea.x + workArea.width) - Math.max(place.x, workArea.x)
    const down = Math.min(place.y + size.height, workArea.y + workArea.height) - Math.max(place.y, workArea.y)
    // Enough of it to take hold of, and its title bar not above the screen.
    return across >= 200 && down >= 100 && place.y >= workArea.y
  })
  return shown ? { x: place.x, y: place.y, ...size } : size
}

/** Writes the window's place down when it closes. */
export function rememberPlace(window: BrowserWindow, file: string): void {
  window.on('close', () => {
    try {
      writeFileSync(file, JSON.stringify(window.getNormalBounds()))
    } catch (thrown) {
      console.error('The place of the window could not be saved:', thrown)
    }
  })
}

function readPlace(file: string): Rectangle | null {
  try {
    const { x, y, width, height } = JSON.parse(readFileSync(file, 'utf8'))
    const isPlace = [x, y, width, height].every(
      (value) => Number.isInteger(value) && Math.abs(value) < 100_000,
    )
    return isPlace ? { x, y, width, height } : null
  } catch {
    return null // no file yet, or one that something else wrote: the usual place will do
  }
}
