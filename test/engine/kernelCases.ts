import { constants } from './kernelCases/constants.ts'
import { elementwise } from './kernelCases/elementwise.ts'
import { linear } from './kernelCases/linear.ts'
import { reductions } from './kernelCases/reductions.ts'
import { shapes } from './kernelCases/shapes.ts'
import type { KernelCase } from './kernelTrials.ts'

/** How every recorder is tried, by the kernel's name. */
export const kernelCases: Readonly<Record<string, KernelCase>> = {
  ...elementwise,
  ...shapes,
  ...reductions,
  ...linear,
  ...constants,
}
