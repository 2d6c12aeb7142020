import type { ThresholdRule } from '../../../src/contract/records.ts'
import { formatCount, formatNumber } from '../../format.ts'

/** A rule with its number, as a person would name it. */
export function ruleTitle(rule: ThresholdRule, value: number | null): string {
  const number = value === null ? '' : formatNumber(value, 4)
  switch (rule) {
    case 'manual':
      return 'By hand'
    case 'top-k':
      if (value === null) return 'Review budget'
      return value === 1 ? 'The oddest row' : `The ${formatCount(value)} oddest rows`
    case 'percentage':
      return `The oddest ${number} %`
    case 'standard-deviation':
      return `Mean + ${number} standard deviations`
    case 'mad':
      return `Median + ${number} MAD`
    case 'iqr':
      return `Third quartile + ${number} IQR`
    case 'otsu':
      return 'Otsu’s split'
  }
}
