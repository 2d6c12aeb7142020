import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, metricsAt } from '../../../src/pipeline/evaluation/evaluate.ts'
import { readLabels } from '../../../src/pipeline/evaluation/labels.ts'

type Row = readonly [score: number, label: number]

function inOrder(rows: readonly Row[]) {
  const ordered = [...rows].sort((a, b) => b[0] - a[0])
  return {
    sorted: Float32Array.from(ordered, ([score]) => score),
    labels: Uint8Array.from(ordered, ([, label]) => label),
  }
}

const evaluated = (...rows: Row[]) => evaluate({ ...inOrder(rows), labelColumn: 'label', positiveValue: '1' })

/** Every pair of an anomaly and a normal row, by the definition. */
function slowAuroc(rows: readonly Row[]): number {
  const scoresOf = (label: number) => rows.filter((row) => row[1] === label).map(([score]) => score)
  const [anomalies, normals] = [scoresOf(1), scoresOf(0)]
  let won = 0
  for (const anomaly of anomalies) {
    for (const normal of normals) won += anomaly > normal ? 1 : anomaly === normal ? 0.5 : 0
  }
  return won / (anomalies.length * normals.length)
}

/** Precision at each distinct score times the recall gained there. */
function slowAveragePrecision(rows: readonly Row[]): number {
  const positives = rows.filter(([, label]) => label === 1).length
  const cuts = [...new Set(rows.map(([score]) => score))].sort((a, b) => b - a)
  let previousRecall = 0
  let sum = 0
  for (const cut of cuts) {
    const flagged = rows.filter(([score]) => score >= cut)
    const hits = flagged.filter(([, label]) => label === 1).length
    sum += (hits / positives - previousRecall) * (hits / flagged.length)
    previousRecall = hits / positives
  }
  return sum
}

describe('evaluate', () => {
  it('works out AUROC and average precision', () => {
    // Pairs won: 0.8 beats both normal rows, 0.35 one of two. Precision 1 at recall 1/2, then 2/3.
    const found = evaluated([0.1, 0], [0.4, 0], [0.35, 1], [0.8, 1])
    expect(found?.auroc).toBe(0.75)
    expect(found?.averagePrecision).toBeCloseTo(1 / 2 + (1 / 2) * (2 / 3), 12)
    expect(found).toMatchObject({ positives: 2, labelled: 4 })
  })

  it('counts a tie as half, and as one step of average precision', () => {
    expect(evaluated([1, 1], [1, 0])).toMatchObject({ auroc: 0.5, averagePrecision: 0.5 })
  })

  it('draws its curves from corner to corner', () => {
    expect(evaluated([3, 1], [2, 0], [1, 1])).toMatchObject({
      roc: [
        { falsePositiveRate: 0, truePositiveRate: 0 },
        { falsePositiveRate: 0, truePositiveRate: 0.5 },
        { falsePositiveRate: 1, truePositiveRate: 0.5 },
        { falsePositiveRate: 1, truePositiveRate: 1 },
      ],
      precisionRecall: [
        { recall: 0.5, precision: 1 },
        { recall: 0.5, precision: 0.5 },
        { recall: 1, precision: 2 / 3 },
      ],
    })
  })

  it('leaves unknown labels out', () => {
    expect(evaluated([3, 1], [9, 255], [2, 0])).toMatchObject({ auroc: 1, labelled: 2 })
  })

  it('says nothing where only one kind occurs', () => {
    expect(evaluated([3, 1], [2, 1])).toBeNull()
    expect(evaluated([3, 255])).toBeNull()
  })

  it('agrees with the definitions on any rows, ties among them', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1))
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (some) => {
        const rows: Row[] = [...some, [3, 1], [4, 0]]
        const found = evaluated(...rows)
        expect(found?.auroc).toBeCloseTo(slowAuroc(rows), 10)
        expect(found?.averagePrecision).toBeCloseTo(slowAveragePrecision(rows), 10)
      }),
    )
  })

  it('thins long curves and keeps their ends', () => {
    const rows = Array.from({ length: 5000 }, (_, index): Row => [index, index % 7 === 0 ? 1 : 0])
    const found = evaluated(...rows)
    expect(found?.roc).toHaveLength(1000)
    expect(found?.roc.at(-1)).toEqual({ falsePositiveRate: 1, truePositiveRate: 1 })
    expect(found?.precisionRecall.at(-1)?.recall).toBe(1)
    expect(found?.auroc).toBeCloseTo(slowAuroc(rows), 10)
  })
})

describe('metricsAt', () => {
  const rows = inOrder([
    [5, 1],
    [4, 0],
    [3, 1],
    [2, 0],
    [1, 0],
    [1, 1],
  ])

  it('counts hits, false alarms and misses', () => {
    // Flagged 5, 4, 3: two hits, one false alarm, one miss, two rightly passed.
    const found = metricsAt({ ...rows, cut: 3 })
    expect(found).toMatchObject({ precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 })
    expect(found?.matthews).toBeCloseTo((2 * 2 - 1 * 1) / 9, 12)
  })

  it('is zero, not undefined, when nothing or everything is flagged', () => {
    expect(metricsAt({ ...rows, cut: 9 })).toMatchObject({ precision: 0, recall: 0, f1: 0, matthews: 0 })
    expect(metricsAt({ ...rows, cut: 0 })).toMatchObject({ precision: 0.5, recall: 1, matthews: 0 })
  })
})

describe('readLabels', () => {
  it.each([
    [['0', '1', '1', '1'], '1', [0, 1, 1, 1]],
    [[0, 1, null], '1', [0, 1, 255]],
    [['No', 'Yes', 'Yes'], 'Yes', [0, 1, 1]],
    [['ok', 'Anomaly', 'Anomaly'], 'Anomaly', [0, 1, 1]],
    [['b', 'g', 'g'], 'b', [1, 0, 0]],
    [[2, 2, 1], '1', [0, 0, 1]],
    [[1, 1, 2], '2', [0, 0, 1]],
    [[1, -1, 1], '-1', [0, 1, 0]],
    [[-1, 1, -1], '1', [0, 1, 0]],
    [['1.0', '1.0', '0.0'], '1.0', [1, 1, 0]],
    [[' 1', '1', 0, null], '1', [1, 1, 0, 255]],
  ])('%j: the anomaly is %s', (cells, positiveValue, codes) => {
    const labels = readLabels(cells)
    expect(labels?.positiveValue).toBe(positiveValue)
    expect([...(labels?.codes ?? [])]).toEqual(codes)
  })

  it('does not guess without exactly two values', () => {
    expect(readLabels(['a', 'a'])).toBeNull()
    expect(readLabels(['a', 'b', 'c'])).toBeNull()
  })
})
