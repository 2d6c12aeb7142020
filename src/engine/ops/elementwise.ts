import { broadcastShape, type ElementType, type Value } from '../graph.ts'
import { float, type KernelCall, type Recorder, type Recorders } from './recorder.ts'

const unary = (operation: string, dtype?: ElementType): Recorder => {
  return ({ inputs: [x], recording, kernel }) => {
    const value = present(x, kernel)
    return recording.node(operation, [value], value.shape, dtype ?? value.dtype)
  }
}

const binary = (operation: string, dtype?: ElementType): Recorder => {
  return ({ inputs: [a, b], recording, kernel }) =>
    pair(recording, operation, present(a, kernel), present(b, kernel), dtype)
}

const present = (value: Value | undefined, kernel: string): Value => {
  if (!value) throw new Error(`${kernel} was called without its input.`)
  return value
}

function pair(
  recording: KernelCall['recording'],
  operation: string,
  a: Value,
  b: Value,
  dtype: ElementType = a.dtype,
): Value {
  const shape = broadcastShape([a.shape, b.shape])
  if (!shape) throw new Error(`${operation} cannot take shapes [${a.shape}] and [${b.shape}].`)
  return recording.node(operation, [a, b], shape, dtype)
}

/**
 * log(1 + x) without losing small x: with u = 1 + x rounded, log(u) less the first-order effect of the rounding,
 * ((u - 1) - x) / u.
 */
const log1p: Recorder = (call) => {
  const x = call.input('x')
  const { recording } = call
  const one = float(recording, 1)
  const u = pair(recording, 'Add', x, one)
  const rounding = pair(recording, 'Sub', pair(recording, 'Sub', u, one), x)
  const logarithm = recording.node('Log', [u], x.shape, 'float32')
  return pair(recording, 'Sub', logarithm, pair(recording, 'Div', rounding, u))
}

export const elementwise: Recorders = {
  Abs: unary('Abs'),
  Ceil: unary('Ceil'),
  Elu: unary('Elu'),
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  IsNan: unary('IsNaN', 'bool'),
  Log: unary('Log'),
  Log1p: log1p,
  LogicalNot: unary('Not'),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal'),
  Relu: unary('Relu'),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Softplus: unary('Softplus'),
  Sqrt: unary('Sqrt'),
  Tanh: unary('Tanh'),
  Rsqrt: (call) => {
    const x = call.input('x')
    return call.recording.node('Reciprocal', [call.recording.node('Sqrt', [x], x.shape)], x.shape)
  },
  Square: ({ input, recording }) => pair(recording, 'Mul', input('x'), input('x')),

  Add: binary('Add'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Multiply: binary('Mul'),
  Pow: binary('Pow'),
  RealDiv: binary('Div'),
  Sub: binary('Sub'),
  SquaredDifference: ({ input, recording }) => {
    const difference = pair(recording, 'Sub', input('a'), input('b'))
    return pair(recording, 'Mul', difference, difference)
  },
  AddN: ({ inputs, recording }) => inputs.reduce((total, value) => pair(recording, 'Add', total, value)),

  Equal: binary('Equal', 'bool'),
  Greater: binary('Greater', 'bool'),
  GreaterEqual: binary('GreaterOrEqual', 'bool'),
  Less: binary('Less', 'bool'),
  LessEqual: binary('LessOrEqual', 'bool'),
  LogicalAnd: binary('And', 'bool'),
  LogicalOr: binary('Or', 'bool'),

  Select: ({ input, recording }) => {
    const [condition, yes, no] = [input('condition'), input('t'), input('e')]
    return recording.node('Where', [condition, yes, no], yes.shape, yes.dtype)
  },
}
