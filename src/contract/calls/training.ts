import type { TrainingEstimate, TrainingPlan, TrainingSettings } from '../records.ts'

/** Plans, estimates and trainings. Every call is bound by what `Api` says. */
export interface TrainingCalls {
  /**
   * The settings of a training with everything that Auto chooses filled in, beside what it will train on. Without
   * settings: Auto's own. With a flavour alone: what suits that flavour.
   */
  planTraining(input: {
    datasetId: string
    settings?: Partial<TrainingSettings> | undefined
  }): Promise<TrainingPlan>
  /** Measures a few steps of such a training and says how long the whole will take, and how much memory. */
  estimateTraining(input: {
    datasetId: string
    settings?: Partial<TrainingSettings> | undefined
  }): Promise<TrainingEstimate>
  /**
   * Fits, trains, scores and proposes a threshold. Fields left out are Auto's. With `seeds`, one run for each
   * (settings.seed is then not used).
   */
  startTraining(input: {
    datasetId: string
    settings?: Partial<TrainingSettings> | undefined
    seeds?: readonly number[] | undefined
  }): Promise<{ jobId: string }>
  /**
   * Goes on with a partial run where it stopped; the result is that of a training that never stopped, and replaces
   * the run.
   */
  resumeTraining(input: { runId: string }): Promise<{ jobId: string }>
}
