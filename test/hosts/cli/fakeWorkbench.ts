import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Api } from '../../../src/contract/api.ts'
import type {
  Column,
  ColumnChoice,
  HealthFinding,
  ImportIssue,
  Job,
  JobResult,
  JobState,
  RunSummary,
} from '../../../src/contract/records.ts'
import { callingApi } from '../../../src/contract/wire/connect.ts'
import type { OpenWorkbench } from '../../../src/hosts/cli/session.ts'

const column = (name: string, role: Column['role'] = 'feature'): Column => ({
  name,
  role,
  type: 'number',
  missing: 0,
  distinct: 4,
  minimum: 0,
  maximum: 1,
  mean: 0.5,
  distribution: { kind: 'values', values: [] },
})

const threshold = { rule: 'otsu', value: null, cut: 2, flagged: 2 } as const
const run = {
  runId: 'run-1',
  datasetId: 'set-1',
  engine: 'fake',
  rows: 4,
  features: 2,
  seconds: { train: 1.5, score: 0.25 },
  settings: { seed: 7, steps: 400, flavour: { kind: 'denoising' } },
  state: 'complete',
  stepsDone: 400,
  bestStep: null,
  phases: [],
  trainableParameters: 12,
  scored: null,
  threshold,
  suggestions: [
    { ...threshold, reason: "Otsu's split.", proposed: true },
    { rule: 'mad', value: 3, cut: 1, flagged: 3, reason: 'MAD.', proposed: false },
  ],
} as unknown as RunSummary

/**
 * A workbench that computes nothing: a table of four rows with columns x, y and label, of which the two
 * oddest are flagged and the first is a true anomaly. Records the calls it gets.
 */
export function fakeWorkbench(
  behaviour: {
    trainingFails?: boolean
    trainingHangs?: boolean
    noEvaluation?: boolean
    issues?: readonly ImportIssue[]
    findings?: readonly HealthFinding[]
  } = {},
) {
  const issues = behaviour.issues ?? []
  let columns = [column('x'), column('y'), column('label', 'label')]
  const calls: [string, unknown][] = []
  const state = { folder: '', closed: false }
  const open: OpenWorkbench = async ({ folder, announce }) => {
    state.folder = folder
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'database'), 'x')
    const tell = (jobId: string, kind: Job['kind'], status: JobState) =>
      announce('jobChanged', {
        jobId,
        kind,
        title: kind,
        startedAt: '',
        phase: 'at work',
        progress: 0.5,
        secondsLeft: null,
        curve: [],
        status,
      })
    const start = (kind: Job['kind'], result: JobResult) => {
      const jobId = `${kind}-${calls.length}`
      tell(jobId, kind, { state: 'running' })
      if (kind === 'training' && behaviour.trainingFails) {
        const failure = { code: 'no-usable-columns', message: 'Nothing to train on.', details: {} } as const
        tell(jobId, kind, { state: 'failed', failure })
      } else if (kind === 'training' && behaviour.trainingHangs) {
        return { jobId }
      } else setTimeout(() => tell(jobId, kind, { state: 'done', result }), 0)
      return { jobId }
    }
    const answers: Record<string, (input: never) => unknown> = {
      startImport: () => start('import', { kind: 'import', datasetId: 'set-1' }),
      readProject: () => ({
        datasets: [
          {
            datasetId: 'set-1',
            rows: 4,
            quarantined: issues.filter(({ action }) => action === 'quarantined').length,
            issues: issues.length,
            columns,
          },
        ],
      }),
      readIssues: ({ from, to }: { from: number; to: number }) => ({
        issues: issues.slice(from, to),
        total: issues.length,
      }),
      updateColumns: ({ columns: chosen }: { columns: Record<string, ColumnChoice> }) => {
        columns = columns.map((one) => ({ ...one, ...chosen[one.name] }))
        return { columns }
      },
      readHealth: () => behaviour.findings ?? [],
      startTraining: () => start('training', { kind: 'training', runId: 'run-1', runIds: ['run-1'] }),
      cancelJob: ({ jobId }: { jobId: string }) => {
        tell(jobId, 'training', { state: 'cancelled', result: null })
        return {}
      },
      readRun: () => run,
      setThreshold: ({ rule, value }: { rule: string; value: number }) => ({
        rule,
        value,
        cut: 1,
        flagged: 3,
      }),
      startExport: ({ path }: { path: string }) =>
        start('export', { kind: 'export', file: { name: 'x', path, rows: 2, bytes: 9 } }),
      readEvaluation: () =>
        behaviour.noEvaluation ? null : { labelColumn: 'label', auroc: 1, averagePrecision: 0.75 },
      readScores: () => ({
        scores: new Float32Array([4, 3, 1, 0]),
        rows: new Int32Array([2, 0, 1, 3]),
        labels: new Uint8Array([1, 0, 255, 0]),
      }),
      readRankedRows: () => ({
        columns: ['x', 'y'],
        rows: [
          {
            rank: 1,
            row: 2,
            score: 4,
            flagged: true,
            reasons: [{ column: 'x\u001b[31m', share: 3 }],
            cells: [],
          },
        ],
        total: 4,
      }),
    }
    const api: Api = callingApi(async (method, input) => {
      calls.push([method, input])
      return answers[method]?.(input as never)
    })
    return {
      api,
      close: async () => {
        state.closed = true
      },
    }
  }
  return { open, calls, state }
}
