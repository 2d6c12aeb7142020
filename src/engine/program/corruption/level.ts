import type { ModelSpec } from '../../engine.ts'
import type { StepInput } from '../inputs.ts'

/** Share of the corruption's full level at each step: from 0 up to 1, or down. Null where it is always 1. */
export function levelInput({ corruptionSchedule, schedule }: ModelSpec): StepInput | null {
  if (corruptionSchedule === 'constant') return null
  const last = Math.max(1, schedule.steps - 1)
  return {
    name: 'corruption level',
    shape: [],
    dtype: 'float32',
    draw(target, _random, step) {
      const share = Math.min(1, Math.max(0, step / last))
      target.fill(corruptionSchedule === 'rising' ? share : 1 - share)
    },
  }
}
