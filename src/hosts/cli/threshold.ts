import { thresholdRules } from '../../contract/choices.ts'
import type { ThresholdRule } from '../../contract/records.ts'
import { UsageError } from './usageError.ts'

export interface ThresholdArgument {
  readonly rule: ThresholdRule
  /** Null where the rule's usual number is meant, or it takes none. */
  readonly value: number | null
}

/** What each rule's number may be; null: the rule takes none. */
const ruleNumbers: Readonly<Record<ThresholdRule, ((value: number) => boolean) | null>> = {
  manual: () => true,
  'top-k': (value) => Number.isInteger(value) && value >= 0,
  percentage: (value) => value >= 0 && value <= 100,
  'standard-deviation': (value) => value >= 0,
  mad: (value) => value >= 0,
  iqr: (value) => value >= 0,
  otsu: null,
}

/** `RULE` or `RULE:NUMBER`. Throws a UsageError that says what was expected. */
export function readThreshold(text: string): ThresholdArgument {
  const [name = '', number, ...more] = text.split(':')
  const rule = thresholdRules.find((known) => known === name)
  if (rule === undefined || more.length > 0)
    throw new UsageError(`--threshold ${text}: choose one of ${thresholdRules.join(', ')}.`)
  const fits = ruleNumbers[rule]
  if (number === undefined) {
    if (rule === 'manual') throw new UsageError('--threshold manual needs the score, as in manual:2.5.')
    return { rule, value: null }
  }
  const value = number.trim() === '' ? Number.NaN : Number(number)
  if (fits === null) throw new UsageError(`--threshold ${rule} takes no number.`)
  if (!Number.isFinite(value) || !fits(value))
    throw new UsageError(`--threshold ${text}: ${number || 'nothing'} is not a number that ${rule} can use.`)
  return { rule, value }
}
