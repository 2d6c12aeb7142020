import type { Api } from '../../../src/contract/api.ts'
import type { Project } from '../../../src/contract/records.ts'
import { callingApi } from '../../../src/contract/wire/connect.ts'

export const emptyProject: Project = {
  name: 'test',
  folder: '/nowhere',
  datasets: [],
  runs: [],
  jobs: [],
  engines: [],
  samples: [],
  warnings: [],
}

/** Answers readProject and starts jobs that never move; refuses the rest. */
export const fakeApi: Api = callingApi(async (method) => {
  if (method === 'readProject') return emptyProject
  if (method === 'startImport' || method === 'startExport') return { jobId: 'job-1' }
  throw new Error(`${method} is not part of this test`)
})
