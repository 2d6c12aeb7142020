import { Failure } from '../../contract/failure.ts'
import type { Corruption, TrainingSettings } from '../../contract/records.ts'

interface Range {
  readonly from: number
  readonly to: number
  readonly whole?: boolean
}

const ranges = {
  seed: { from: 0, to: 4_294_967_295, whole: true },
  code: { from: 1, to: 4096, whole: true },
  copies: { from: 1, to: 32, whole: true },
  steps: { from: 1, to: 1_000_000, whole: true },
  batchRows: { from: 1, to: 65_536, whole: true },
  learningRate: { from: 1e-7, to: 1 },
  keepShare: { from: 0.05, to: 1 },
  validationShare: { from: 0, to: 0.5 },
} satisfies Partial<Record<keyof TrainingSettings, Range>>

const mostHiddenLayers = 6
const hiddenNodes: Range = { from: 1, to: 4096, whole: true }

const corruptionRanges: Readonly<Record<Corruption['kind'], Range>> = {
  gaussian: { from: 0, to: 100 },
  masking: { from: 0, to: 0.95 },
  swap: { from: 0, to: 0.95 },
}

/** Refuses settings out of range with a Failure `bad-request` that names the setting and its range. */
export function checkSettings(settings: TrainingSettings): void {
  for (const [name, range] of Object.entries(ranges) as [keyof typeof ranges, Range][]) {
    checkNumber(name, settings[name], range)
  }
  const { hidden, corruption } = settings
  if (hidden.length < 1 || hidden.length > mostHiddenLayers) {
    refuse('hidden', `${hidden.length} layers`, `between 1 and ${mostHiddenLayers} layers`)
  }
  for (const nodes of hidden) checkNumber('hidden', nodes, hiddenNodes)
  const range = corruptionRanges[corruption.kind]
  if (!range) refuse('corruption', String(corruption.kind), 'gaussian, masking or swap')
  const amount = corruption.kind === 'gaussian' ? corruption.sigma : corruption.rate
  checkNumber(corruption.kind === 'gaussian' ? 'noise sigma' : `${corruption.kind} rate`, amount, range)
}

function checkNumber(name: string, value: number | null, { from, to, whole = false }: Range): void {
  const fits = value !== null && value >= from && value <= to && (!whole || Number.isInteger(value))
  if (!fits) refuse(name, String(value), `${whole ? 'a whole number' : 'a number'} from ${from} to ${to}`)
}

function refuse(name: string, found: string, wanted: string): never {
  throw new Failure('bad-request', `The training setting "${name}" is ${found}; it must be ${wanted}.`, {
    setting: name,
  })
}
