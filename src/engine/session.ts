import { Failure } from '../contract/failure.ts'
import type {
  Engine,
  Matrix,
  ModelSpec,
  RowCosts,
  ScoredRows,
  Session,
  TrainedSteps,
  TrainingState,
} from './engine.ts'
import type { Executor } from './executor.ts'
import { type Arrays, named } from './program/inputs.ts'
import { denseLayout, initialWeights } from './program/layout.ts'
import { type Phase, phaseAt } from './program/phases.ts'
import { createScoringProgram } from './program.ts'
import { type Random, restoredRandom, seededRandom } from './random.ts'
import { checkRows } from './session/batches.ts'
import { closeAll } from './session/closing.ts'
import { type Codes, createCodes } from './session/codes.ts'
import { createScoring, type Scoring } from './session/scoring.ts'
import { openTraining, type Training } from './session/training.ts'
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
  #codes: Codes | undefined

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
    const { spec } = this.#parts
    const end = Math.min(this.#step + steps, spec.schedule.steps)
    const parts: TrainedSteps[] = []
    while (this.#step < end) {
      const phase = phaseAt(spec, this.#step)
      if (this.#step === phase.fromStep) this.#restartMoments()
      const training = await this.#trainingOf(phase)
      const count = Math.min(end, phase.toStep) - this.#step
      const trained = await training.run(count, this.#step, this.#flat, this.#random)
      parts.push(trained)
      this.#flat = trained.flat
      this.#step += count
    }
    return {
      losses: joined(parts.map((part) => part.losses)),
      gradientNorms: joined(parts.map((part) => part.gradientNorms)),
    }
  }

  async evaluate(rows: Matrix): Promise<number> {
    const { executor, spec } = this.#parts
    const step = Math.max(0, this.#step - 1)
    const phase = phaseAt(spec, step)
    const before = await opened(this.#validation)
    if (before?.rows !== rows || before.phase.fromStep !== phase.fromStep) {
      await closeAll([this.#validation])
      this.#validation = createValidation(executor, spec, rows, phase)
    }
    const validation = await this.#validation
    return validation?.loss(named(this.#flat, 'weights'), step) ?? Number.NaN
  }

  async score(rows: Matrix): Promise<ScoredRows> {
    return this.#openScoring().score(named(this.#flat, 'weights'), rows)
  }

  async rowCosts(rows: Matrix): Promise<RowCosts> {
    return this.#openScoring().rowCosts(named(this.#flat, 'weights'), this.#step, rows)
  }

  async encode(rows: Matrix): Promise<Matrix> {
    return this.#openCodes().encode(named(this.#flat, 'weights'), rows)
  }

  async decode(codes: Matrix, context?: Matrix): Promise<Matrix> {
    return this.#openCodes().decode(named(this.#flat, 'weights'), codes, context)
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
    const [scoring, codes] = [this.#scoring, this.#codes].map((each) => each && Promise.resolve(each))
    await closeAll([this.#training, this.#validation, scoring, codes])
  }

  #openScoring(): Scoring {
    this.#scoring ??= createScoring(this.#parts.executor, this.#parts.spec)
    return this.#scoring
  }

  #openCodes(): Codes {
    this.#codes ??= createCodes(this.#parts.executor, createScoringProgram(this.#parts.spec))
    return this.#codes
  }

  /** The compiled steps of a phase; those of the phase before it are closed. */
  async #trainingOf(phase: Phase): Promise<Training> {
    const { executor, spec, rows, drawFrom } = this.#parts
    const before = await opened(this.#training)
    if (before && before.phase.fromStep === phase.fromStep) return before
    await closeAll([this.#training])
    this.#training = openTraining(executor, spec, rows, drawFrom, phase)
    return this.#training
  }

  /** A phase has a goal of its own: what the gradients of the one before were says nothing about it. */
  #restartMoments(): void {
    const zeros = new Float32Array(named(this.#flat, 'weights').length)
    this.#flat = { ...this.#flat, firstMoment: zeros, secondMoment: zeros }
  }
}

/** What failed to open has said so to whoever asked for it, and is opened anew for whoever asks next. */
const opened = <Part>(part: Promise<Part> | undefined): Promise<Part | undefined> | undefined =>
  part?.catch(() => undefined)

const joined = (parts: readonly Float32Array[]): Float32Array =>
  Float32Array.from(parts.flatMap((part) => [...part]))
