import type { Api } from '../../../src/contract/api.ts'
import type { Job, Project } from '../../../src/contract/records.ts'
import { callingApi } from '../../../src/contract/wire/connect.ts'

export const emptyProject: Project = {
  name: 'test',
  folder: '/nowhere',
  datasets: [],
  runs: [],
  models: [],
  jobs: [],
  undoable: null,
  redoable: null,
  engines: [],
  samples: [],
  warnings: [],
}

const runningJob: Job = {
  jobId: 'job-1',
  kind: 'training',
  title: 'Training',
  startedAt: '2026-01-01T00:00:00Z',
  phase: '',
  progress: null,
  secondsLeft: null,
  curve: [],
  status: { state: 'running' },
}

/** Answers readProject and starts and lists jobs that never move; refuses the rest. */
export const fakeApi: Api = callingApi(async (method) => {
  if (method === 'readProject') return emptyProject
  if (method === 'startImport' || method === 'startExport') return { jobId: 'job-1' }
  if (method === 'listJobs') return [runningJob]
  if (method === 'cancelJob') return {}
  throw new Error(`${method} is not part of this test`)
})
