import { combinationProblems, type TableFacts } from '../../contract/combinations.ts'
import { Failure } from '../../contract/failure.ts'
import type { Corruption, Flavour, TrainingSettings } from '../../contract/records.ts'
import {
  corruptionRanges,
  flavourKinds,
  flavourRanges,
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
  if (settings.hidden !== undefined) checkLayers('hidden', settings.hidden)
  if (settings.decoder) checkLayers('decoder', settings.decoder)
  if (settings.flavour !== undefined) checkFlavour(settings.flavour)
  if (settings.corruption !== undefined) checkCorruption(settings.corruption)
}

/**
 * Refuses settings that do not go together, with a Failure `bad-request` that says why.
 * @param table null as long as nothing is known of it
 */
export function checkCombinations(settings: TrainingSettings, table: TableFacts | null): void {
  const [first] = combinationProblems(settings, table)
  if (first) throw new Failure('bad-request', first.message, { setting: first.settings[0] ?? '' })
}

function checkLayers(name: 'hidden' | 'decoder', layers: readonly number[]): void {
  const { from, to } = hiddenLayers
  if (layers.length < from || layers.length > to)
    refuse(name, `${layers.length} layers`, `between ${from} and ${to} layers`)
  for (const nodes of layers) checkNumber(name, nodes, hiddenNodes)
}

function checkFlavour(flavour: Flavour): void {
  if (!flavourKinds.includes(flavour.kind)) refuse('flavour', flavour.kind, flavourKinds.join(', '))
  for (const [name, value] of Object.entries(flavour)) {
    if (isFlavourNumber(name)) checkNumber(`${flavour.kind} ${name}`, value, flavourRanges[name])
  }
}

const isFlavourNumber = (name: string): name is keyof typeof flavourRanges =>
  Object.hasOwn(flavourRanges, name)

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
