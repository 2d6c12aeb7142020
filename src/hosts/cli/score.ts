import { resolve } from 'node:path'
import type { ImportIssue, ModelSummary, RankedPage, RunSummary, ScoredWith } from '../../contract/records.ts'
import { existingFile } from '../existingFile.ts'
import type { ScoreArguments } from './arguments.ts'
import { importRemarks } from './importRemarks.ts'
import { chosenOutputs, formatOf } from './outputs.ts'
import { datasetOf } from './results.ts'
import { sameFile } from './sameFile.ts'
import { type CommandContext, withWorkbench } from './session.ts'
import { UsageError } from './usageError.ts'
import { refuseUnwritable } from './writable.ts'

/** New rows through a model. */
export interface Scoring {
  readonly file: string
  readonly model: ModelSummary
  readonly run: RunSummary
  readonly scored: ScoredWith
  /** Lines of the file that are not among the rows. */
  readonly setAside: number
  readonly top: RankedPage
  readonly written: readonly string[]
}

/** Types and roles are the model's here, so nothing about them is advised; an empty column counts as missing. */
function remarkOf({ action, kind, line, column, message }: ImportIssue): string | null {
  if (action === 'kept' && column !== null) return null
  return action === 'blanked' && kind === 'type' && column !== null
    ? `Line ${line}, column "${column}": the cell cannot be read as the model needs it and counts as missing.`
    : message
}

/**
 * Opens a model file, imports the rows as the model wants them, scores and exports them, in a temporary folder.
 * Throws a Failure, a UsageError when one file is named for two things, or Interrupted when the signal fires.
 */
export async function score(given: ScoreArguments, context: CommandContext): Promise<Scoring> {
  const { file, model } = await scoreInputs(given)
  return withWorkbench({ ...given, project: undefined }, context, async ({ api, finish, say }) => {
    const summary = await api.openModel({ source: { kind: 'path', path: model } })
    const started = await api.startScoring({
      model: { modelId: summary.modelId },
      data: { source: { kind: 'path', path: file } },
    })
    const { runId } = await finish('scoring', started)
    const run = await api.readRun({ runId })
    const { scored } = run
    if (scored === null) throw new TypeError('A scoring ended as a training.')
    const dataset = await datasetOf(api, run)
    for (const line of await importRemarks(api, dataset, remarkOf)) say(line)
    const written: string[] = []
    if (given.out !== undefined) {
      const path = resolve(given.out)
      const columns = chosenOutputs(dataset, given.columns)
      const exporting = await api.startExport({
        runId,
        rows: 'all',
        format: formatOf(path),
        ...(columns === undefined ? {} : { columns }),
        neutraliseFormulas: true,
        path,
      })
      written.push((await finish('export', exporting)).file.path)
    }
    const top = await api.readRankedRows({ runId, from: 0, to: Math.min(10, run.rows) })
    return { file, model: summary, run, scored, setAside: dataset.quarantined, top, written }
  })
}

/** The files that a scoring reads; what it writes may be neither. Throws a Failure or a UsageError. */
export async function scoreInputs(given: Pick<ScoreArguments, 'file' | 'model' | 'out'>) {
  const file = await existingFile(given.file)
  const model = await existingFile(given.model)
  for (const input of [file, model]) {
    if (given.out !== undefined && (await sameFile(input, given.out)))
      throw new UsageError(`--out ${given.out} is read from as well. Name another file to write.`)
  }
  await refuseUnwritable('--out', given.out)
  return { file, model }
}
