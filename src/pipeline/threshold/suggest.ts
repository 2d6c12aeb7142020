import { setImmediate } from 'node:timers/promises'
import type { ThresholdRule, ThresholdSuggestion } from '../../contract/records.ts'
import { applyRule } from './apply.ts'

/** A person can look through this many rows in one sitting. */
const reviewBudget = 50

/** Rules worth comparing, each with what it would flag. Exactly one, the first, is proposed. */
export async function suggestThresholds(sorted: Float32Array): Promise<ThresholdSuggestion[]> {
  const rules: readonly [ThresholdRule, number | null, string][] = [
    [
      'otsu',
      null,
      'Where the upper half of the scores falls apart most clearly (Otsu), at least 2.5 robust deviations above the median; it needs no guess of how many rows are odd.',
    ],
    ['mad', 3, 'More than 3 robust deviations (MAD) above the median score.'],
    ['iqr', 1.5, 'Above the third quartile by more than 1.5 quartile distances, as in a box plot.'],
    ['standard-deviation', 3, 'More than 3 standard deviations above the mean score.'],
    [
      'top-k',
      Math.min(reviewBudget, sorted.length),
      `A review budget: the ${Math.min(reviewBudget, sorted.length)} rows with the highest scores.`,
    ],
    ['percentage', 5, 'The 5 % of rows with the highest scores.'],
  ]
  const suggestions: ThresholdSuggestion[] = []
  for (const [rule, value, reason] of rules) {
    suggestions.push({ ...applyRule(sorted, { rule, value }), reason, proposed: suggestions.length === 0 })
    // Of millions of scores each takes a while: other calls pass in between.
    await setImmediate()
  }
  return suggestions
}
