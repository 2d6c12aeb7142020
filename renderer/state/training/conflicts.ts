import { combinationProblems } from '../../../src/contract/combinations.ts'
import type { Column, TrainingPlan, TrainingSettings, WireFailure } from '../../../src/contract/records.ts'
import type { Setting } from './useChoices.ts'

/** Settings that do not go together. */
export interface Conflict {
  /** The settings at fault, the one to change first. */
  readonly fields: readonly Setting[]
  /** Why, and what to change. */
  readonly sentence: string
}

/** What keeps a training with these settings from being started; none where the core will take it. */
export function findConflicts(input: {
  readonly settings: TrainingSettings
  readonly plan: TrainingPlan
  readonly columns: readonly Column[]
  /** What the core said to the plan with these settings. */
  readonly refusal: WireFailure | null
}): readonly Conflict[] {
  const { settings, plan, refusal } = input
  const features = input.columns.filter(({ role }) => role === 'feature')
  const problems = combinationProblems(settings, {
    rows: plan.rows,
    features: plan.features,
    columns: features.map(({ name }) => name),
    categories: features.filter(({ type }) => type === 'category').map(({ name }) => name),
  })
  const conflicts = problems.map(({ settings: fields, message }) => ({ fields, sentence: message }))
  // The core refuses by the same rules, and by others that only it can know, such as memory.
  if (!refusal || conflicts.length > 0) return conflicts
  const fields = Object.keys(settings).filter((name) => name === refusal.details.setting) as Setting[]
  return [{ fields, sentence: refusal.message }]
}
