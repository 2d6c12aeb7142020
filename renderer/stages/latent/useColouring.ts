import { computed, shallowRef, watch } from 'vue'
import type { Cell, LatentMap } from '../../../src/contract/records.ts'
import { usePalette } from '../../charts/palette.ts'
import { useAsk } from '../../state/useAsk.ts'
import type { Workbench } from '../../state/useWorkbench.ts'
import { byFlag, byNumber, byValue, type Colouring, evenSteps, tailSteps } from './colouring.ts'

/** Reading a column means reading whole rows: above this many cells the map is coloured by score only. */
const mostCells = 2_000_000
const pageRows = 1000

export type ColourBy = 'flagged' | 'score' | `column:${string}`

/** What the points are coloured by, and the classes that follow from it. */
export function useColouring(
  { connection, dataset, run, threshold }: Pick<Workbench, 'connection' | 'dataset' | 'run' | 'threshold'>,
  map: () => LatentMap | null,
) {
  const palette = usePalette()
  const by = shallowRef<ColourBy>('flagged')
  const cells = useAsk<{ readonly by: ColourBy; readonly values: readonly Cell[] }>()
  const columns = computed(() => {
    const data = dataset.dataset.value
    if (!data || data.rows * data.columns.length > mostCells) return []
    return data.columns.filter(({ type }) => type === 'number' || type === 'category' || type === 'date-time')
  })

  /** The cells of one column at the map's rows. */
  async function readColumn(name: string, points: LatentMap): Promise<readonly Cell[]> {
    const data = dataset.dataset.value
    if (!data) return []
    const all: Cell[] = []
    for (let from = 0; from < data.rows; from += pageRows) {
      const to = Math.min(data.rows, from + pageRows)
      const page = await connection.api.readRows({ datasetId: data.datasetId, from, to })
      const column = page.columns.indexOf(name)
      for (const row of page.cells) all.push(row[column] ?? null)
    }
    return Array.from(points.rows, (row) => all[row] ?? null)
  }
  watch([by, map], ([now, points]) => {
    cells.clear()
    if (!points || !now.startsWith('column:')) return
    const name = now.slice('column:'.length)
    void cells.ask(async () => ({ by: now, values: await readColumn(name, points) }))
  })
  // Another data set has other columns.
  watch(
    () => run.run.value?.datasetId,
    () => {
      by.value = 'flagged'
    },
  )

  const colouring = computed<Colouring | null>(() => {
    const points = map()
    if (!points) return null
    const { bar, alarm, accent, line } = palette.value
    const shades = { faint: line, strong: accent }
    if (by.value === 'score') return byNumber(points.scores, tailSteps, shades)
    const known = cells.value.value
    if (known?.by === by.value) {
      const numbers = columns.value.find(({ name }) => `column:${name}` === known.by)?.type === 'number'
      if (!numbers) return byValue(known.values, bar)
      return byNumber(
        known.values.map((cell) => (typeof cell === 'number' ? cell : Number.NaN)),
        evenSteps,
        shades,
      )
    }
    return byFlag(points.scores, threshold.line.value?.cut ?? Number.POSITIVE_INFINITY, { bar, alarm })
  })
  return { by, columns, colouring, busy: cells.busy, failure: cells.failure }
}
