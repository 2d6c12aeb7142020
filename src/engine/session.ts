import { Failure } from '../contract/failure.ts'
import type { Matrix, ModelSpec, ScoredRows, Session, TrainingState } from './engine.ts'
import type { CompiledLoop, Executor } from './executor.ts'
import { type Arrays, type InputSpec, named } from './program/inputs.ts'
import { initialWeights } from './program/layout.ts'
import { createProgram, type Program } from './program.ts'
import { type Random, restoredRandom, seededRandom } from './random.ts'
import { checkRows, drawSteps, holdsMissing } from './session/batches.ts'
import { createScoring, type Scoring } from './session/scoring.ts'
import { createValidation, type Validation } from './session/validation.ts'

/** Opens a session of `spec` on any executor. */
export async function openSession(
  executor: Executor,
  spec: ModelSpec,
  rows: Matrix,
  state?: TrainingState,
): Promise<Session> {
  checkRows(spec, rows)
  // Masks cost time only; cells that are missing without them would make every weight NaN.
  const program = createProgram({ ...spec, hasMissing: spec.hasMissing || holdsMissing(rows) }, rows)
  const flat = (name: string): InputSpec => ({ name, shape: [program.layout.size], dtype: 'float32' })
  const loop = await executor.compileLoop({
    fixed: program.sessionInputs,
    carried: [flat('weights'), flat('firstMoment'), flat('secondMoment')],
    perStep: [...program.batchInputs, ...program.updateInputs],
    step: (inputs) => ({
      ...program.trainStep(
        {
          weights: named(inputs, 'weights'),
          firstMoment: named(inputs, 'firstMoment'),
          secondMoment: named(inputs, 'secondMoment'),
        },
        inputs,
      ),
    }),
  })
  return new ModelSession(executor, program, loop, state ?? freshState(program))
}

function freshState(program: Program): TrainingState {
  const { layout, spec } = program
  return {
    step: 0,
    weights: initialWeights(layout, spec.seed),
    firstMoment: new Float32Array(layout.size),
    secondMoment: new Float32Array(layout.size),
    random: seededRandom(spec.seed, 'training').state(),
  }
}

class ModelSession implements Session {
  readonly #executor: Executor
  readonly #program: Program
  readonly #loop: CompiledLoop
  readonly #random: Random
  #step: number
  #flat: Arrays
  #validation: Validation | undefined
  #scoring: Scoring | undefined

  constructor(executor: Executor, program: Program, loop: CompiledLoop, state: TrainingState) {
    for (const vector of [state.weights, state.firstMoment, state.secondMoment]) {
      if (vector.length !== program.layout.size) {
        throw new Failure(
          'engine',
          `The saved training state has ${vector.length} parameters, the model ${program.layout.size}. Train again.`,
        )
      }
    }
    this.#executor = executor
    this.#program = program
    this.#loop = loop
    this.#step = state.step
    this.#random = restoredRandom(state.random)
    this.#flat = {
      weights: state.weights,
      firstMoment: state.firstMoment,
      secondMoment: state.secondMoment,
    }
  }

  async train(steps: number): Promise<Float32Array> {
    const { batchInputs, updateInputs, spec } = this.#program
    const count = Math.min(steps, spec.schedule.steps - this.#step)
    if (count <= 0) return new Float32Array(0)
    const drawn = drawSteps([...batchInputs, ...updateInputs], count, this.#random, this.#step)
    const { loss, ...carried } = await this.#loop.run(count, this.#flat, drawn)
    this.#flat = carried
    this.#step += count
    return loss as Float32Array
  }

  async evaluate(rows: Matrix): Promise<number> {
    if (this.#validation?.rows !== rows) {
      await this.#validation?.close()
      this.#validation = undefined
      this.#validation = await createValidation(this.#executor, this.#program.spec, rows)
    }
    return this.#validation.loss(named(this.#flat, 'weights'))
  }

  async score(rows: Matrix, signal?: AbortSignal): Promise<ScoredRows> {
    this.#scoring ??= createScoring(this.#executor, this.#program)
    return this.#scoring.score(named(this.#flat, 'weights'), rows, signal)
  }

  state(): TrainingState {
    const copy = (name: string) => Float32Array.from(named(this.#flat, name))
    return {
      step: this.#step,
      weights: copy('weights'),
      firstMoment: copy('firstMoment'),
      secondMoment: copy('secondMoment'),
      random: this.#random.state(),
    }
  }

  async close(): Promise<void> {
    await this.#loop.close()
    await this.#validation?.close()
    await this.#scoring?.close()
  }
}
