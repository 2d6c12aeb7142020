/** One step that can be taken back. */
export interface Step {
  /** What was done, for the button: "Change type of age". */
  readonly label: string
  undo(): Promise<void>
}

/** The last steps, newest last; at most `depth` are kept. */
export function pushStep(steps: readonly Step[], step: Step, depth = 50): readonly Step[] {
  return [...steps, step].slice(-depth)
}
