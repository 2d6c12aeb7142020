import { checkSettingsInput, settingNames } from '../../contract/checks.ts'
import { Failure } from '../../contract/failure.ts'
import { autoFlavours, autoSparseTarget } from '../../contract/flavours.ts'
import type { TrainingSettings } from '../../contract/records.ts'
import { flavourKinds } from '../../contract/settings.ts'
import { nearMisses } from './columns.ts'
import { UsageError } from './usageError.ts'

/** Settings, and fields of settings, that are lists even if one value is given. */
const lists = ['hidden', 'decoder', 'flavour.context']
/** And of these, lists of names, though a name may look like a number. */
const names = ['flavour.context']

/**
 * The settings that `--flavour`, `--set` and `--seed` ask for, checked by the contract. A field of the flavour or of
 * the corruption is set by `flavour.FIELD`; the fields left out are Auto's for that kind.
 * Throws a UsageError that names the setting.
 */
export function readSettings(options: {
  readonly flavour?: string | undefined
  readonly set?: readonly string[] | undefined
  readonly seed?: number | undefined
}): Partial<TrainingSettings> {
  const given = new Map<string, unknown>()
  const fields: Record<'flavour' | 'corruption', Record<string, unknown>> = { flavour: {}, corruption: {} }
  if (options.flavour !== undefined) fields.flavour.kind = flavourKind(options.flavour)
  for (const text of options.set ?? []) {
    const [name, value] = readPair(text)
    const [setting = '', field, ...more] = name.split('.')
    if (!settingNames.includes(setting)) throw unknownSetting(text, setting)
    const nested = setting === 'flavour' || setting === 'corruption' ? fields[setting] : null
    if (field !== undefined && (nested === null || more.length > 0))
      throw new UsageError(`--set ${text}: ${setting} has no fields to set one by one.`)
    if (nested === null) given.set(setting, value)
    else if (field !== undefined) nested[field] = value
    else if (typeof value === 'object' && value !== null) Object.assign(nested, value)
    else nested.kind = value
  }
  if (options.seed !== undefined) {
    if (given.has('seed')) throw new UsageError('--seed and --set seed say the same thing; use one of them.')
    given.set('seed', options.seed)
  }
  if (Object.keys(fields.flavour).length > 0) given.set('flavour', completeFlavour(fields.flavour))
  if (Object.keys(fields.corruption).length > 0)
    given.set('corruption', { kind: 'gaussian', ...fields.corruption })
  return checked(Object.fromEntries(given))
}

function readPair(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--set ${text}: write it as NAME=VALUE, for example --set steps=800.`)
  const name = text.slice(0, at).trim()
  const value = readValue(text.slice(at + 1).trim(), lists.includes(name))
  return [name, names.includes(name) && Array.isArray(value) ? value.map(String) : value]
}

function readValue(text: string, isList: boolean): unknown {
  const value = jsonOr(text)
  if (!isList || value === null || Array.isArray(value)) return value
  return text === '' ? [] : text.split(',').map((part) => jsonOr(part.trim()))
}

/** What the text says as JSON; a text that is no JSON stands for itself. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function flavourKind(word: string): TrainingSettings['flavour']['kind'] {
  const kind = flavourKinds.find((one) => one === word)
  if (kind !== undefined) return kind
  const near = nearMisses(word, flavourKinds)
  throw new UsageError(
    near.length > 0
      ? `There is no flavour ${word}. Did you mean ${near.join(' or ')}?`
      : `There is no flavour ${word}. Choose one of: ${flavourKinds.join(', ')}.`,
  )
}

/** The fields given, over what Auto gives to that kind of flavour. */
function completeFlavour({ kind = 'denoising', ...fields }: Record<string, unknown>): unknown {
  const auto = autoFlavours[flavourKind(String(kind))]
  const target = fields.penalty === 'kl' ? { target: autoSparseTarget } : {}
  return { ...auto, ...target, ...fields }
}

function checked(settings: unknown): Partial<TrainingSettings> {
  try {
    return checkSettingsInput(settings)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    throw new UsageError(thrown.message)
  }
}

function unknownSetting(text: string, name: string): UsageError {
  const near = nearMisses(name, settingNames)
  const hint =
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `The settings are ${settingNames.join(', ')}.`
  return new UsageError(`--set ${text}: there is no setting "${name}". ${hint}`)
}
