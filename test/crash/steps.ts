/** The steps of a person's work that the crash test interrupts. */
export const stepNames = ['import', 'train', 'score', 'label', 'threshold', 'export', 'delete'] as const

export type StepName = (typeof stepNames)[number]

/** What the worker was told is done: nothing may take it away again. */
export type Done =
  | { readonly name: 'import'; readonly datasetId: string }
  | { readonly name: 'train'; readonly runId: string; readonly datasetId: string }
  | { readonly name: 'score'; readonly runId: string; readonly datasetId: string }
  | { readonly name: 'label'; readonly datasetId: string; readonly role: string }
  | { readonly name: 'threshold'; readonly runId: string; readonly value: number }
  | { readonly name: 'export'; readonly path: string; readonly rows: number }
  | { readonly name: 'delete'; readonly datasetId: string }

/** A line of the worker. */
export type Said =
  | { readonly opened: true }
  | { readonly begin: StepName; readonly subject: string }
  | { readonly done: Done | null }
