import { constants } from './constants.ts'
import { elementwise } from './elementwise.ts'
import { linear } from './linear.ts'
import type { Recorders } from './recorder.ts'
import { reductions } from './reductions.ts'
import { shapes } from './shapes.ts'

/** Every TensorFlow.js kernel that can be traced, by its name. */
export const recorders: Recorders = { ...constants, ...elementwise, ...linear, ...reductions, ...shapes }
