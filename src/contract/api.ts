import type {
  ColumnChoice,
  Dataset,
  Dialect,
  Evaluation,
  ImportIssue,
  ImportPreview,
  Job,
  LatentMap,
  MadeRows,
  ModelFormat,
  ModelSummary,
  Neighbours,
  Project,
  RankedPage,
  RowExplanation,
  RowPage,
  RunSummary,
  ScoreOrder,
  Source,
  Threshold,
  ThresholdRule,
  TrainingEstimate,
  TrainingPlan,
  TrainingSettings,
} from './records.ts'

/**
 * What the page, or the command line, can ask of the core. One object in, one plain record out.
 * Every call may reject with a Failure (see failure.ts). Long work returns a job's id at once.
 */
export interface Api {
  /** The project as it stands: datasets, runs (newest first), jobs. */
  readProject(input: Record<string, never>): Promise<Project>

  /** Opens an upload of `bytes` bytes; chunks follow in order. The bytes lie in the project's temporary folder. */
  beginUpload(input: { name: string; bytes: number }): Promise<{ uploadId: string }>
  /** Appends one chunk (at most 8 MiB). Await each before the next: that is the back-pressure. */
  appendUpload(input: { uploadId: string; chunk: Uint8Array }): Promise<{ received: number }>

  /** Forgets an upload that is not wanted any more, with its bytes. */
  endUpload(input: { uploadId: string }): Promise<Record<string, never>>

  /** Reads the head of a file with the dialect found, or with the fields given in `dialect`. */
  previewImport(input: { source: Source; dialect?: Partial<Dialect> | undefined }): Promise<ImportPreview>
  /** Imports the whole file. `columns` overrides type and role by column name. */
  startImport(input: {
    source: Source
    dialect?: Partial<Dialect> | undefined
    columns?: Readonly<Record<string, ColumnChoice>> | undefined
  }): Promise<{ jobId: string }>
  /** Imports a sample data set that ships with Residual. */
  startSampleImport(input: { sampleId: string }): Promise<{ jobId: string }>

  /** Changes roles or types of imported columns. A type that does not fit is refused, naming the first misfit. */
  updateColumns(input: {
    datasetId: string
    columns: Readonly<Record<string, ColumnChoice>>
  }): Promise<Dataset>
  /** Rows `from`..`to` (exclusive) in file order; at most 1,000 at a time. */
  readRows(input: { datasetId: string; from: number; to: number }): Promise<RowPage>
  /** What import complained about, in line order; at most 1,000 at a time. */
  readIssues(input: {
    datasetId: string
    from: number
    to: number
  }): Promise<{ issues: ImportIssue[]; total: number }>
  /** Forgets a data set and its runs. */
  deleteDataset(input: { datasetId: string }): Promise<Record<string, never>>

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

  /** Asks a job to stop. Answers at once; the job's ending arrives as an event. */
  cancelJob(input: { jobId: string }): Promise<Record<string, never>>
  listJobs(input: Record<string, never>): Promise<Job[]>

  readRun(input: { runId: string }): Promise<RunSummary>
  /** All scores of a run, highest first. */
  readScores(input: { runId: string }): Promise<ScoreOrder>
  /** ROC and precision-recall against the label column; null where there is none. */
  readEvaluation(input: { runId: string }): Promise<Evaluation | null>
  /** Applies a rule and keeps it with the run. `value` as in Threshold. */
  setThreshold(input: { runId: string; rule: ThresholdRule; value: number | null }): Promise<Threshold>
  /** Rows by rank, `from`..`to` (exclusive, 0-based); at most 1,000 at a time. */
  readRankedRows(input: { runId: string; from: number; to: number }): Promise<RankedPage>
  /** Why one row has its score. `row` is its number in file order. */
  explainRow(input: { runId: string; row: number }): Promise<RowExplanation>
  /** Forgets a run. */
  deleteRun(input: { runId: string }): Promise<Record<string, never>>

  /**
   * Writes rows with their scores as CSV: the original columns, then anomaly_score, anomaly_rank,
   * flagged, top_columns, with `codes` also code_1, code_2 and so on. Without `path` the file goes to the project's
   * exports folder.
   */
  startExport(input: {
    runId: string
    rows: 'flagged' | 'all'
    codes?: boolean | undefined
    /** Prefixes cells that a spreadsheet would run as formulas. */
    neutraliseFormulas: boolean
    path?: string | undefined
  }): Promise<{ jobId: string }>

  /** Opens a model file for scoring and keeps a copy in the project. */
  openModel(input: { source: Source }): Promise<ModelSummary>
  deleteModel(input: { modelId: string }): Promise<Record<string, never>>
  /**
   * Scores rows with a model that exists: of a run, or opened from a file. A `source` is imported first, its
   * columns read as the model wants them. The result is a run of that data set, with the model's threshold.
   */
  startScoring(input: {
    model: { runId: string } | { modelId: string }
    data: { datasetId: string } | { source: Source; dialect?: Partial<Dialect> | undefined }
  }): Promise<{ jobId: string }>
  /**
   * Writes a run's model. `onnx`: one file from raw columns to score, flag and shares, which Residual opens too;
   * `tensorflowjs`: a zip of the network in layers format beside its encoder.
   */
  startModelExport(input: {
    runId: string
    format: ModelFormat
    path?: string | undefined
  }): Promise<{ jobId: string }>

  /** Reads the codes of a run's rows, of which its map and neighbours are made. They are kept until another run's are read. */
  startLatentMap(input: { runId: string }): Promise<{ jobId: string }>
  /** The rows of a run as points of their codes, which are read first where they are not kept. */
  readLatentMap(input: { runId: string }): Promise<LatentMap>
  /** The rows whose codes are nearest to a row's, at most 100. */
  readNeighbours(input: { runId: string; row: number; count: number }): Promise<Neighbours>
  /**
   * What the decoder makes of codes, in original units; at most 1,000 at a time. Conditional models take the context
   * of `likeRow`.
   */
  decodeCodes(input: {
    runId: string
    codes: readonly (readonly number[])[]
    likeRow?: number | undefined
  }): Promise<MadeRows>
  /** New rows of a variational model: codes drawn from its prior; at most 1,000. Conditional models take the context of `likeRow`. */
  generateRows(input: {
    runId: string
    count: number
    seed: number
    likeRow?: number | undefined
  }): Promise<MadeRows>
  /** Rows between two rows, in equal steps of the code, both ends included; 2 to 100 steps. */
  interpolateRows(input: { runId: string; from: number; to: number; steps: number }): Promise<MadeRows>
}

/** What the core announces by itself. */
export interface Events {
  /** A job began, moved or ended. */
  jobChanged(job: Job): void
  /** Datasets or runs changed: read the project again. */
  projectChanged(): void
  /** From the host: the core stopped and was started again, or could not be. */
  coreRestarted(notice: { message: string; working: boolean }): void
  /** From the host: the person opened a file from outside the window (menu, association, command line). */
  fileOpened(source: { path: string; name: string }): void
}

export type ApiMethod = keyof Api
export type EventName = keyof Events
