import type { Corruption, Flavour, TrainingSettings } from '../../../src/contract/records.ts'

type Plain = string | number | boolean | null | readonly (string | number)[]

/** A value as `--set` reads it back: numbers in a row without brackets, names as JSON, words as they are. */
function valueText(value: Plain): string {
  if (!Array.isArray(value)) return String(value)
  const isRow = value.length > 0 && value.every((one) => typeof one === 'number')
  return isRow ? value.join(',') : JSON.stringify(value)
}

/** The fields of a flavour or a corruption beside its kind. */
const fieldsOf = (value: Flavour | Corruption): readonly [string, Plain][] =>
  Object.entries(value).filter(([name]) => name !== 'kind')

function setWords(settings: TrainingSettings, field: keyof TrainingSettings): string[] {
  if (field === 'corruption') {
    const { corruption } = settings
    return [['kind', corruption.kind] as const, ...fieldsOf(corruption)].map(
      ([name, value]) => `corruption.${name}=${valueText(value)}`,
    )
  }
  if (field === 'flavour') {
    return fieldsOf(settings.flavour).map(([name, value]) => `flavour.${name}=${valueText(value)}`)
  }
  return [`${field}=${valueText(settings[field])}`]
}

/**
 * The options of `residual detect` that train with these settings: `--flavour`, a `--set` for each setting that is
 * not Auto's own for the flavour, and `--seed`.
 * @param auto what Auto chooses for this data set and flavour; null while it is not known: then every setting is said
 */
export function settingOptions(settings: TrainingSettings, auto: TrainingSettings | null): string[] {
  const differs = (field: keyof TrainingSettings) =>
    auto === null || JSON.stringify(settings[field]) !== JSON.stringify(auto[field])
  const fields = (Object.keys(settings) as (keyof TrainingSettings)[]).filter(
    (field) => field !== 'seed' && differs(field),
  )
  const { kind } = settings.flavour
  return [
    ...(kind === 'denoising' ? [] : ['--flavour', kind]),
    ...fields.flatMap((field) => setWords(settings, field)).flatMap((word) => ['--set', word]),
    '--seed',
    String(settings.seed),
  ]
}
