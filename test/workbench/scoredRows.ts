import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Api } from '../../src/contract/api.ts'
import type { RunSummary, ScoredWith } from '../../src/contract/records.ts'
import { importFileOf, openIn, pumps, resultOf, trainOn } from './openWorkbench.ts'

/** A workbench in a new folder, with the pump table and a run that was trained on it. */
export async function openTrained() {
  const folder = await mkdtemp(join(tmpdir(), 'residual-scoring-'))
  const { workbench, api } = await openIn(folder)
  const datasetId = await importFileOf(api, pumps)
  const runId = await trainOn(api, datasetId, { steps: 60, copies: 1 })
  return { folder, workbench, api, datasetId, runId }
}

type Scoring = Parameters<Api['startScoring']>[0]

export async function scored(
  api: Api,
  input: Scoring,
): Promise<RunSummary & { readonly scored: ScoredWith }> {
  const result = await resultOf(api, 'scoring', api.startScoring(input))
  const run = await api.readRun({ runId: result.runId })
  if (run.scored === null) throw new Error('not scored')
  return { ...run, scored: run.scored }
}

/** A file of this text, to be scored. */
export async function written(path: string, text: string): Promise<Scoring['data']> {
  await writeFile(path, text)
  return { source: { kind: 'path', path } }
}

/** The lines of the pump table, each as cells. */
export async function pumpLines(): Promise<string[][]> {
  const text = await readFile(pumps, 'utf8')
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
}

export const csv = (lines: readonly (readonly string[])[]) =>
  `${lines.map((line) => line.join(',')).join('\n')}\n`
