import { describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { useDragLine } from '../../../renderer/charts/useDragLine.ts'

/** A plot 100 px wide that starts at 10, with its line at 0.5, so at pixel 60. */
function opened() {
  const surface = document.createElement('div')
  const slider = document.createElement('div')
  surface.setPointerCapture = () => {}
  const moves: number[] = []
  const releases: number[] = []
  const hands = useDragLine(shallowRef(surface), shallowRef(slider), {
    plot: () => ({ left: 10, width: 100 }),
    fraction: () => 0.5,
    moveTo: (fraction) => moves.push(Number(fraction.toFixed(4))),
    release: () => releases.push(1),
  })
  const pointer = (clientX: number, button = 0) => new PointerEvent('pointer', { clientX, button })
  return { hands, moves, releases, pointer }
}

describe('a line moved by hand', () => {
  it('is taken where it stands when grabbed near, so that it does not jump', () => {
    const { hands, moves, releases, pointer } = opened()
    hands.grab(pointer(65))
    expect(moves).toEqual([])
    hands.follow(pointer(75))
    hands.release()
    expect([moves, releases]).toEqual([[0.6], [1]])
  })

  it('jumps to a pointer elsewhere on the plot and follows it past the edges', () => {
    const { hands, moves, pointer } = opened()
    hands.grab(pointer(30))
    hands.follow(pointer(500))
    hands.follow(pointer(-500))
    expect(moves).toEqual([0.2, 1, -5.1])
  })

  it('does not follow without a grab, nor answer another button', () => {
    const { hands, moves, releases, pointer } = opened()
    hands.follow(pointer(30))
    hands.grab(pointer(30, 2))
    hands.release()
    expect([moves, releases]).toEqual([[], []])
  })

  it('moves by keys: little, less with Shift, a lot, and all the way', () => {
    const { hands, moves } = opened()
    const press = (key: string, shiftKey = false) =>
      hands.onKeydown(new KeyboardEvent('keydown', { key, shiftKey }))
    press('ArrowRight')
    press('ArrowLeft', true)
    press('PageUp')
    press('Home')
    press('End')
    press('x')
    expect(moves).toEqual([0.505, 0.499, 0.55, 0, Number.POSITIVE_INFINITY])
  })
})
