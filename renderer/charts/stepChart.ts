import type { ChartConfiguration, ChartDataset } from 'chart.js'
import { formatNumber } from '../format.ts'
import type { Palette } from './palette.ts'

/** A line across the chart at one step, with a word at its top. */
export interface StepMark {
  readonly step: number
  readonly label: string
  readonly strong: boolean
}

/** Whole powers of ten around all points: a logarithmic axis names nothing else. */
function decades(lines: readonly ChartDataset<'line'>[]): { min?: number; max?: number } {
  const values = lines.flatMap(({ data }) =>
    data.flatMap((point) => (typeof point === 'object' && point !== null ? [point.y ?? 0] : [])),
  )
  const logarithms = values.filter((value) => value > 0).map(Math.log10)
  if (logarithms.length === 0) return {}
  const [low, high] = [Math.floor(Math.min(...logarithms)), Math.ceil(Math.max(...logarithms))]
  return { min: 10 ** low, max: 10 ** Math.max(high, low + 1) }
}

/** Lines over the steps of a training. */
export function stepChart(input: {
  readonly colours: Palette
  readonly lines: ChartDataset<'line'>[]
  readonly steps: number
  readonly title: string
  readonly marks: readonly StepMark[]
  /** Whether the steps are written along the bottom. */
  readonly named: boolean
  readonly logarithmic: boolean
}): ChartConfiguration {
  const { colours, lines, steps, title, marks, named, logarithmic } = input
  const text = { color: colours['ink-faint'] }
  return {
    type: 'line',
    data: { datasets: lines },
    options: {
      parsing: false,
      normalized: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: Math.max(steps, 1),
          title: { display: named, text: 'Step', ...text },
          ticks: { ...text, display: named, maxTicksLimit: 9, align: 'inner' },
          grid: { display: false },
          border: { color: colours.line },
        },
        y: {
          ...(logarithmic ? { type: 'logarithmic', ...decades(lines) } : { type: 'linear' }),
          // Two charts one above the other share their steps, so both plots must begin at the same place.
          afterFit: (scale) => {
            scale.width = 64
          },
          title: { display: true, text: title, ...text },
          ticks: {
            ...text,
            ...(logarithmic ? {} : { maxTicksLimit: 6 }),
            callback: (value) => {
              const size = Number(value)
              return logarithmic && !Number.isInteger(Math.log10(size)) ? '' : formatNumber(size, 3)
            },
          },
          grid: { color: colours.line },
          border: { display: false },
        },
      },
      plugins: {
        tooltip: { callbacks: { title: ([item]) => `Step ${item?.parsed.x ?? ''}` } },
        annotation: {
          annotations: marks.map(({ step, label, strong }) => ({
            type: 'line' as const,
            xMin: step,
            xMax: step,
            borderColor: strong ? colours['ink-soft'] : colours['ink-faint'],
            borderWidth: 1,
            borderDash: strong ? [] : [2, 3],
            label: {
              display: label !== '',
              content: label,
              position: 'end' as const,
              xAdjust: 10,
              backgroundColor: colours.surface,
              color: colours['ink-soft'],
              font: { size: 11, weight: 'normal' as const },
              padding: 2,
            },
          })),
        },
      },
    },
  }
}
