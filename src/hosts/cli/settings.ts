import { checkSettingsInput, settingNames } from '../../contract/checks.ts'
import { Failure } from '../../contract/failure.ts'
import { autoFlavours, autoSparseTarget, usualCorruptions } from '../../contract/flavours.ts'
import type { Corruption, TrainingSettings } from '../../contract/records.ts'
import { settingForms } from '../../contract/settingForms.ts'
import { flavourKinds } from '../../contract/settings.ts'
import { nearMisses } from './columns.ts'
import { UsageError } from './usageError.ts'

/** Settings, and fields of settings, that are lists even if one value is given. */
const lists = ['hidden', 'decoder', 'flavour.context']
/** And of these, lists of names, though a name may look like a number. */
const names = ['flavour.context']

/**
 * The settings that `--flavour`, `--set` and `--seed` ask for, checked by the contract. A field of the flavour or of
 * the corruption is set by `flavour.FIELD`; the fields left out are the usual ones for that kind.
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
    given.set('corruption', completeCorruption(fields.corruption))
  return checked(Object.fromEntries(given))
}

function readPair(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--set ${text}: write it as NAME=VALUE, for example --set steps=800.`)
  const name = text.slice(0, at).trim()
  const word = text.slice(at + 1).trim()
  if (word === '') {
    const none = lists.includes(name) ? ` An empty list is written ${name}=[].` : ''
    throw new UsageError(`--set ${text}: a value is needed after the equals sign.${none}`)
  }
  const value = readValue(word, lists.includes(name))
  return [name, names.includes(name) && Array.isArray(value) ? value.map(String) : value]
}

function readValue(text: string, isList: boolean): unknown {
  const value = jsonOr(text)
  if (!isList || value === null || Array.isArray(value)) return value
  return text.split(',').map((part) => jsonOr(part.trim()))
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
function completeFlavour({ kind: word = 'denoising', ...fields }: Fields): unknown {
  const kind = flavourKind(String(word))
  const penalty = kind === 'sparse' ? String(fields.penalty ?? autoFlavours.sparse.penalty) : null
  const target = penalty === 'kl' ? { target: autoSparseTarget } : {}
  refuseStrangers('flavour', fields, penalty === null ? [kind] : [kind, `${kind} with penalty ${penalty}`])
  if (kind === 'conditional' && (fields.context === undefined || isEmptyList(fields.context)))
    throw new UsageError(
      'A conditional model needs its context, the columns that are given: name them with --set flavour.context=COLUMN,...',
    )
  return { ...autoFlavours[kind], ...target, ...fields }
}

/** The fields given, over the usual level of that kind of corruption. */
function completeCorruption({ kind: word = 'gaussian', ...fields }: Fields): unknown {
  const kinds = Object.keys(usualCorruptions) as Corruption['kind'][]
  const kind = kinds.find((one) => one === word)
  if (kind === undefined)
    throw new UsageError(`There is no corruption ${word}. Choose one of: ${kinds.join(', ')}.`)
  refuseStrangers('corruption', fields, [kind])
  return { ...usualCorruptions[kind], ...fields }
}

type Fields = Record<string, unknown>

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0

/** Refuses a field that a flavour or corruption of this kind does not have, and says which kinds do. */
function refuseStrangers(setting: 'flavour' | 'corruption', fields: Fields, kinds: readonly string[]): void {
  for (const field of Object.keys(fields)) {
    const name = `${setting}.${field}`
    const forms = settingForms().filter((form) => form.name === name)
    const owners = forms.flatMap((form) => form.kinds)
    if (owners.some((owner) => kinds.includes(owner))) continue
    const [kind] = kinds
    if (forms.length > 0)
      throw new UsageError(
        `${name} belongs to the ${setting} ${owners.join(' or ')}; this one is ${kinds.at(-1)}. Choose one of these with ${setting === 'flavour' ? '--flavour KIND' : '--set corruption.kind=KIND'}, or leave ${field} out.`,
      )
    const known = settingForms().filter((form) => form.name.startsWith(`${setting}.`))
    const own = known.filter((form) => form.kinds.some((one) => kinds.includes(one))).map((form) => form.name)
    throw new UsageError(
      `There is no setting ${name}. ${own.length > 0 ? `Those of ${kind} are ${own.join(', ')}.` : `The ${setting} ${kind} has no settings of its own.`}`,
    )
  }
}

function checked(settings: unknown): Partial<TrainingSettings> {
  try {
    return checkSettingsInput(settings)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    const [setting = '', field] = String(thrown.details.field).split('.')
    const form = settingForms().find(({ name }) => name === setting || name === `${setting}.${field}`)
    if (form === undefined) throw new UsageError(thrown.message)
    const value = valueAt(settings, form.name.split('.'))
    throw new UsageError(`${form.name} cannot be ${JSON.stringify(value)}: it must be ${form.values}.`)
  }
}

const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(name) : inner,
    value,
  )

function unknownSetting(text: string, name: string): UsageError {
  const near = nearMisses(name, settingNames)
  const hint =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : `The settings are ${settingNames.join(', ')}; residual settings says what each may be.`
  return new UsageError(`--set ${text}: there is no setting "${name}". ${hint}`)
}
