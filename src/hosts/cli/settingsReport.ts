import { autoFlavours, usualCorruptions } from '../../contract/flavours.ts'
import type { TrainingSettings } from '../../contract/records.ts'
import { type SettingForm, settingForms } from '../../contract/settingForms.ts'
import { flavourKinds } from '../../contract/settings.ts'
import { autoFor } from '../../pipeline/model/auto.ts'

/** What `residual settings` prints: every name that `--set` takes, what Auto chooses and what may be chosen. */
export function settingsReport(): string {
  const rows = settingForms().map((form) => [form.name, usualOf(form), valuesOf(form)] as const)
  const widths = ([0, 1] as const).map((column) => Math.max(...rows.map((row) => row[column].length)))
  const lines = rows.map(([name, usual, values]) =>
    [name.padEnd(widths[0] ?? 0), usual.padEnd(widths[1] ?? 0), values].join('  '),
  )
  return `${[
    'Settings of a training, as --set NAME=VALUE takes them: name, what Auto chooses, what it may be.',
    'null is as Auto chooses for the table (code, copies, batchRows), the encoder mirrored (decoder), or never.',
    '',
    ...lines,
    '',
    'Auto chooses otherwise for',
    ...flavourKinds.flatMap(differenceLine),
  ].join('\n')}\n`
}

const valuesOf = ({ kinds, values }: SettingForm) =>
  kinds.length === 0 ? values : `${values} (${kinds.join(', ')})`

/** Auto's value; of a field of kinds, each kind's that has one. */
function usualOf({ name }: SettingForm): string {
  const [setting, field] = name.split('.')
  const auto: Record<string, unknown> = { ...autoFor('denoising') }
  if (field === undefined) return word(auto[name])
  if (field === 'kind') return setting === 'flavour' ? 'denoising' : autoFor('denoising').corruption.kind
  const kinds = Object.values<object>(setting === 'flavour' ? autoFlavours : usualCorruptions)
  const usual = kinds.map((kind) => new Map<string, unknown>(Object.entries(kind)).get(field))
  const given = usual.filter((value) => value !== undefined && !(Array.isArray(value) && value.length === 0))
  return [...new Set(given.map(word))].join(' or ')
}

function differenceLine(kind: TrainingSettings['flavour']['kind']): string[] {
  const usual = new Map<string, unknown>(Object.entries(autoFor('denoising')))
  const others = Object.entries(autoFor(kind)).filter(
    ([name, value]) => name !== 'flavour' && JSON.stringify(value) !== JSON.stringify(usual.get(name)),
  )
  const words = others.map(([name, value]) => `${name}=${name === 'corruption' ? value.kind : word(value)}`)
  return words.length === 0 ? [] : [`  ${kind}: ${words.join(' ')}`]
}

function word(value: unknown): string {
  if (!Array.isArray(value)) return String(value)
  return value.length === 0 ? '[]' : value.join(',')
}
