// What a person changed and can take back.

/** What an undo or a redo did. */
export interface EditOutcome {
  /** What was taken back or done again, in words: "role of age in titanic.csv". */
  readonly what: string
  /** The data set or run that it changed. */
  readonly subject: { readonly datasetId: string } | { readonly runId: string }
}
