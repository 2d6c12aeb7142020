import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { memoryLimitBytes } from '../../pipeline/dataset/database.ts'
import type { ScoreArguments } from './arguments.ts'
import { formatOf } from './outputs.ts'
import { scoreInputs } from './score.ts'
import { type CommandContext, withWorkbench } from './session.ts'
import { counted, printable, seconds, short, whole } from './words.ts'

/** Whether a scoring goes from file to file: when told to, and for files that memory would hardly hold. */
export async function isStreamed(given: ScoreArguments): Promise<boolean> {
  if (given.stream) return true
  if (given.out === undefined || given.columns.length > 0 || formatOf(given.out) !== 'csv') return false
  const bytes = await stat(given.file).then(
    ({ size }) => size,
    () => 0,
  )
  return bytes > memoryLimitBytes() / 2
}

/** Scores a file into another. Throws a Failure, a UsageError, or Interrupted, after which the same call goes on. */
export async function scoreInStream(given: ScoreArguments, context: CommandContext) {
  const { file, model } = await scoreInputs(given)
  const target = resolve(given.out ?? '')
  return withWorkbench({ ...given, project: undefined }, context, async ({ api, finish, say }) => {
    const { modelId, name, threshold } = await api.openModel({ source: { kind: 'path', path: model } })
    const from = performance.now()
    const started = await api.startFileScoring({ modelId, path: resolve(file), target })
    const { named, kind: _, file: written, ...found } = await finish('file-scoring', started)
    for (const { message } of named) say(message)
    if (found.setAside > named.length)
      say(`${whole(found.setAside)} lines in all are no rows; ${whole(named.length)} are named.`)
    const took = (performance.now() - from) / 1000
    return { input: file, model: name, cut: threshold.cut, ...found, seconds: took, written: [written.path] }
  })
}

/** The same for people. */
export function textStreamReport(found: Awaited<ReturnType<typeof scoreInStream>>): string {
  const { input, model, rows, flagged, cut, setAside, resumedAt, written } = found
  const lines = [
    `${input}: ${counted(rows, 'row')} scored by ${model} in a stream, in ${seconds(found.seconds)}`,
    ...(resumedAt === null ? [] : [`It went on after row ${whole(resumedAt)}, where it had been stopped.`]),
    `${whole(flagged)} of ${counted(rows, 'row')} flagged: score at least ${short(cut)}`,
    ...(setAside === 0
      ? []
      : [
          `${counted(setAside, 'line')} could not be read and ${setAside === 1 ? 'is' : 'are'} not among the rows.`,
        ]),
    `Written: ${written.join(', ')}`,
  ]
  return `${lines.map(printable).join('\n')}\n`
}
