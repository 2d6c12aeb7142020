import { Failure } from '../../contract/failure.ts'
import type { Corruption, TrainingSettings } from '../../contract/records.ts'
import {
  corruptionRanges,
  hiddenLayers,
  hiddenNodes,
  type SettingRange,
  settingRanges,
} from '../../contract/settings.ts'

/** Settings that Auto chooses for the table when they are null. */
const open: ReadonlySet<string> = new Set([
  'code',
  'copies',
  'batchRows',
  'gradientLimit',
  'earlyStopping',
] satisfies (keyof TrainingSettings)[])

/**
 * Refuses settings out of range with a Failure `bad-request` that names the setting and its range. It needs no
 * table: call it before long work. Settings that are left out are Auto's.
 */
export function checkSettings(settings: Partial<TrainingSettings>): void {
  for (const [name, range] of Object.entries(settingRanges) as [keyof typeof settingRanges, SettingRange][]) {
    const value = settings[name]
    if (value === undefined || (value === null && open.has(name))) continue
    checkNumber(name, value, range)
  }
  if (settings.hidden !== undefined) checkHidden(settings.hidden)
  if (settings.corruption !== undefined) checkCorruption(settings.corruption)
}

function checkHidden(hidden: readonly number[]): void {
  const { from, to } = hiddenLayers
  if (hidden.length < from || hidden.length > to)
    refuse('hidden', `${hidden.length} layers`, `between ${from} and ${to} layers`)
  for (const nodes of hidden) checkNumber('hidden', nodes, hiddenNodes)
}

function checkCorruption(corruption: Corruption): void {
  if (corruption.kind === 'none') return
  if (!Object.hasOwn(corruptionRanges, corruption.kind))
    refuse('corruption', String(corruption.kind), 'none, gaussian, masking, salt-and-pepper or swap')
  const amount = corruption.kind === 'gaussian' ? corruption.sigma : corruption.rate
  const name = corruption.kind === 'gaussian' ? 'noise sigma' : `${corruption.kind} rate`
  checkNumber(name, amount, corruptionRanges[corruption.kind])
}

function checkNumber(name: string, value: number | null, { from, to, whole }: SettingRange): void {
  const fits = value !== null && value >= from && value <= to && (!whole || Number.isInteger(value))
  if (!fits) refuse(name, String(value), `${whole ? 'a whole number' : 'a number'} from ${from} to ${to}`)
}

function refuse(name: string, found: string, wanted: string): never {
  throw new Failure('bad-request', `The training setting "${name}" is ${found}; it must be ${wanted}.`, {
    setting: name,
  })
}
