import {
  BarController,
  BarElement,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from 'chart.js'
import annotation from 'chartjs-plugin-annotation'
import { onBeforeUnmount, onMounted, type Ref, type ShallowRef, watch } from 'vue'

Chart.register(
  BarController,
  BarElement,
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  Tooltip,
  annotation,
)
Chart.defaults.animation = false
Chart.defaults.font.size = 11

/** Draws a configuration on a canvas, and draws again when it changes. `laidOut` hears where the plot lies. */
export function useChart(
  canvas: Readonly<ShallowRef<HTMLCanvasElement | null>>,
  configuration: Readonly<Ref<ChartConfiguration>>,
  laidOut: (chart: Chart) => void = () => {},
): void {
  let chart: Chart | null = null
  onMounted(() => {
    if (!canvas.value) return
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily
    const { type, data, options } = configuration.value as ChartConfiguration<'line'>
    chart = new Chart(canvas.value, {
      type,
      data,
      options: options ?? {},
      plugins: [{ id: 'laid-out', afterLayout: laidOut }],
    })
  })
  watch(configuration, ({ data, options }) => {
    if (!chart) return
    chart.data = data
    chart.options = options ?? {}
    chart.update('none')
  })
  onBeforeUnmount(() => chart?.destroy())
}
