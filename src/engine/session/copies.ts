import {
  type Arrays,
  emptyArray,
  type NumberArray,
  named,
  type StepInput,
  sizeOf,
} from '../program/inputs.ts'
import type { ParameterLayout } from '../program/layout.ts'
import type { Random } from '../random.ts'

/** A flat vector of all copies as the flat vector of each, as a network of one copy has it. */
export function ofEachCopy(layout: ParameterLayout, copies: number, values: NumberArray): Float32Array[] {
  const own = Array.from({ length: copies }, () => new Float32Array(layout.size / copies))
  eachPart(layout, copies, (copy, from, to, start) => own[copy]?.set(values.subarray(from, to), start))
  return own
}

/** The reverse of `ofEachCopy`. */
export function ofAllCopies(layout: ParameterLayout, own: readonly NumberArray[]): Float32Array {
  const values = new Float32Array(layout.size)
  eachPart(layout, own.length, (copy, from, to, start) => {
    const part = own[copy]?.subarray(start, start + to - from)
    if (part) values.set(part, from)
  })
  return values
}

/** Of each parameter and copy: from where to where it lies in the vector of all, and where its copy's begins. */
function eachPart(
  layout: ParameterLayout,
  copies: number,
  visit: (copy: number, from: number, to: number, start: number) => void,
): void {
  let offset = 0
  for (const { size } of layout.parameters) {
    const part = size / copies
    for (let copy = 0; copy < copies; copy += 1) {
      const from = offset + copy * part
      visit(copy, from, from + part, offset / copies)
    }
    offset += size
  }
}

/** Whether every value drawn for a step is one copy's own, or the same for all. */
export const drawsByCopy = (inputs: readonly StepInput[]): boolean =>
  inputs.every(({ shape }) => shape.length !== 1)

/** The values that `drawSteps` draws, those of each copy on their own: as a network of one copy takes them. */
export function drawStepsOfCopies(
  inputs: readonly StepInput[],
  copies: number,
  count: number,
  random: Random,
  firstStep: number,
): readonly Arrays[] {
  const parts = inputs.map((input) => {
    const size = sizeOf(input.shape)
    const isShared = input.shape.length === 0
    return { input, isShared, drawn: emptyArray(input, size), size: isShared ? size : size / copies }
  })
  const own = Array.from({ length: copies }, () =>
    Object.fromEntries(parts.map(({ input, size }) => [input.name, emptyArray(input, count * size)])),
  )
  for (let step = 0; step < count; step += 1) {
    for (const { input, isShared, drawn, size } of parts) {
      input.draw(drawn, random, firstStep + step)
      for (const [copy, arrays] of own.entries()) {
        const from = isShared ? 0 : copy * size
        named(arrays, input.name).set(drawn.subarray(from, from + size), step * size)
      }
    }
  }
  return own
}
