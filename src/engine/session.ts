import { Failure } from '../contract/failure.ts'
import type { Engine, Matrix, ModelSpec, ScoredRows, Session, TrainedSteps, TrainingState } from './engine.ts'
import type { CompiledLoop, Executor } from './executor.ts'
import { type Arrays, type InputSpec, named } from './program/inputs.ts'
import { denseLayout, initialWeights } from './program/layout.ts'
import { createProgram, createScoringProgram, type Program, reported, rowsKept } from './program.ts'
import { type Random, restoredRandom, seededRandom } from './random.ts'
import { checkRows, drawSteps, holdsMissing } from './session/batches.ts'
import { closeAll } from './session/closing.ts'
import { createScoring, type Scoring } from './session/scoring.ts'
import { createValidation, type Validation } from './session/validation.ts'

/** Opens a session of `spec` on any executor; the rest as in `Engine.open`. */
export async function openSession(
  executor: Executor,
  ...[spec, rows, state, drawFrom]: Parameters<Engine['open']>
): Promise<Session> {
  checkRows(spec, rows)
  return new ModelSession({ executor, spec, rows, state: state ?? freshState(spec), drawFrom })
}

function freshState(spec: ModelSpec): TrainingState {
  const layout = denseLayout(spec)
  return {
    step: 0,
    weights: initialWeights(layout, spec.seed),
    firstMoment: new Float32Array(layout.size),
    secondMoment: new Float32Array(layout.size),
    random: seededRandom(spec.seed, 'training').state(),
  }
}

/** What training needs: its noise, drawn in advance, and its compiled steps. */
interface Training {
  readonly program: Program
  readonly loop: CompiledLoop
  close(): Promise<void>
}

async function openTraining({ executor, spec, rows, drawFrom }: SessionParts): Promise<Training> {
  // Masks cost time only; cells that are missing without them would make every weight NaN.
  const program = createProgram(
    { ...spec, hasMissing: spec.hasMissing || holdsMissing(rows) },
    rows,
    drawFrom,
  )
  const flat = (name: string): InputSpec => ({ name, shape: [program.layout.size], dtype: 'float32' })
  const loop = await executor.compileLoop({
    fixed: program.sessionInputs,
    carried: [flat('weights'), flat('firstMoment'), flat('secondMoment')],
    perStep: [...program.batchInputs, ...program.updateInputs],
    reported,
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
  return { program, loop, close: () => loop.close() }
}

interface SessionParts {
  readonly executor: Executor
  readonly spec: ModelSpec
  readonly rows: Matrix
  readonly state: TrainingState
  readonly drawFrom: Int32Array | undefined
}

class ModelSession implements Session {
  readonly #parts: SessionParts
  readonly #random: Random
  #step: number
  #flat: Arrays
  #training: Promise<Training> | undefined
  #validation: Promise<Validation> | undefined
  #scoring: Scoring | undefined

  constructor(parts: SessionParts) {
    const { spec, state } = parts
    const { size } = denseLayout(spec)
    for (const vector of [state.weights, state.firstMoment, state.secondMoment]) {
      if (vector.length !== size) {
        throw new Failure(
          'engine',
          `The saved training state has ${vector.length} parameters, the model ${size}. Train again.`,
        )
      }
    }
    this.#parts = parts
    this.#step = state.step
    this.#random = restoredRandom(state.random)
    this.#flat = {
      weights: state.weights,
      firstMoment: state.firstMoment,
      secondMoment: state.secondMoment,
    }
  }

  async train(steps: number): Promise<TrainedSteps> {
    const count = Math.min(steps, this.#parts.spec.schedule.steps - this.#step)
    if (count <= 0) return { losses: new Float32Array(0), gradientNorms: new Float32Array(0) }
    this.#training ??= openTraining(this.#parts)
    const { program, loop } = await this.#training
    const { batchInputs, updateInputs } = program
    const drawn = drawSteps([...batchInputs, ...updateInputs], count, this.#random, this.#step)
    const { loss, gradientNorm, ...carried } = await loop.run(count, this.#flat, drawn)
    this.#flat = carried
    this.#step += count
    return { losses: loss as Float32Array, gradientNorms: gradientNorm as Float32Array }
  }

  async evaluate(rows: Matrix): Promise<number> {
    const { executor, spec } = this.#parts
    if ((await this.#validation)?.rows !== rows) {
      await closeAll([this.#validation])
      this.#validation = createValidation(executor, spec, rows)
    }
    const validation = await this.#validation
    const kept = rowsKept(spec, this.#step - 1, rows.rows)
    return validation?.loss(named(this.#flat, 'weights'), kept) ?? Number.NaN
  }

  async score(rows: Matrix): Promise<ScoredRows> {
    this.#scoring ??= createScoring(this.#parts.executor, createScoringProgram(this.#parts.spec))
    return this.#scoring.score(named(this.#flat, 'weights'), rows)
  }

  async encode(): Promise<Matrix> {
    throw new Error('Codes are not built yet.')
  }

  async decode(): Promise<Matrix> {
    throw new Error('Codes are not built yet.')
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
    const scoring = this.#scoring && Promise.resolve(this.#scoring)
    await closeAll([this.#training, this.#validation, scoring])
  }
}
