import { describe, expect, it } from 'vitest'
import { codeRanges, outermostRows } from '../../../renderer/stages/latent/codeRanges.ts'
import { byFlag, byNumber, byValue, evenSteps } from '../../../renderer/stages/latent/colouring.ts'
import { copiesSentence, mapSentence, whyNoRows } from '../../../renderer/stages/latent/latentWords.ts'
import type { LatentMap } from '../../../src/contract/records.ts'
import { run } from '../records.ts'

const map = (fields: Partial<LatentMap> = {}): LatentMap => ({
  runId: 'r1',
  codeWidth: 7,
  rows: Int32Array.of(4, 8, 2),
  x: Float32Array.of(0, -1, 3),
  y: Float32Array.of(5, 0, -2),
  scores: Float32Array.of(1, 2, 3),
  explained: [0.6, 0.2],
  total: 3,
  ...fields,
})

describe('colours of the map', () => {
  it('lifts flagged points above the others', () => {
    const { classes, legend } = byFlag(Float32Array.of(1, 5, 4.99), 5, { bar: 'grey', alarm: 'red' })
    expect([[...classes], legend[1]]).toEqual([[0, 1, 0], { name: 'flagged', colour: 'red' }])
  })

  it('steps numbers by rank, and keeps the missing apart', () => {
    const values = [...Array.from({ length: 80 }, (_, index) => index), Number.NaN]
    const { classes, legend } = byNumber(values, evenSteps, { faint: 'white', strong: 'blue' })
    expect([classes[0], classes[9], classes[10], classes[79], classes[80]]).toEqual([1, 1, 2, 8, 0])
    expect(legend.map(({ name }) => name)).toEqual(['missing', '0', '10', '20', '30', '40', '50', '60', '70'])
  })

  it('names the commonest values, and puts the others together', () => {
    const cells = ['b', 'a', 'b', null, ...'cdefg'.split(''), ...'acdefg'.split('')]
    const { classes, legend } = byValue(cells, 'grey')
    expect(legend.map(({ name }) => name)).toEqual(['others and missing', 'a', 'b', 'c', 'd', 'e', 'f'])
    expect([...classes].slice(0, 4)).toEqual([2, 1, 2, 0])
    expect(classes.at(-1)).toBe(0)
  })
})

describe('words about codes', () => {
  it('say how much of the codes the map shows, and of how many rows', () => {
    expect(mapSentence(map())).toBe(
      'The code has 7 numbers; the map shows their two main directions, 60\u00a0% and 20\u00a0% of their variance.',
    )
    expect(mapSentence(map({ codeWidth: 2, total: 9000 }))).toBe(
      'A sample of 3 of 9,000 rows. The code has 2 numbers; the map shows both.',
    )
  })

  it('say why a flavour cannot make rows', () => {
    expect(whyNoRows(run())).toContain('The denoising model has learned to rebuild rows')
  })

  it('tell whose codes they are where there are several copies', () => {
    expect(copiesSentence(run())).toContain('the first of the model’s 4 copies')
    expect(copiesSentence(run({ settings: { ...run().settings, copies: 1 } }))).toBeNull()
  })
})

describe('how far a code can be turned', () => {
  it('reaches a little beyond the rows at the ends of the map', () => {
    expect(outermostRows(map())).toEqual([
      [8, 2],
      [2, 4],
    ])
    expect(
      codeRanges([
        [0, 1],
        [4, 1],
      ]),
    ).toEqual([
      [-1, 5],
      [0.5, 1.5],
    ])
  })
})
