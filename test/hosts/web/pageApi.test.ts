import { describe, expect, it } from 'vitest'
import type { Api } from '../../../src/contract/api.ts'
import { callingApi } from '../../../src/contract/wire/connect.ts'
import { pageApi } from '../../../src/hosts/web/pageApi.ts'

const called: string[] = []
const api: Api = pageApi(
  callingApi(async (method) => {
    called.push(method)
    return { jobId: 'job-1' }
  }),
)
const path = { kind: 'path', path: '/etc/passwd' } as const
const upload = { kind: 'upload', uploadId: 'u' } as const
const model = { modelId: 'm' }

describe('the calls of a page in a browser', () => {
  it('name no file of this machine, neither to read nor to write', async () => {
    const refused = [
      api.previewImport({ source: path }),
      api.startImport({ source: path }),
      api.openModel({ source: path }),
      api.startScoring({ model, data: { source: path } }),
      api.startExport({ runId: 'r', rows: 'all', neutraliseFormulas: true, path: '/tmp/x' }),
      api.startModelExport({ runId: 'r', format: 'onnx', path: '/tmp/x' }),
    ]
    for (const one of refused) await expect(one).rejects.toMatchObject({ code: 'bad-request' })
    expect(called).toEqual([])
  })

  it('pass where they bring an upload or name a data set', async () => {
    await api.openModel({ source: upload })
    await api.startScoring({ model, data: { source: upload } })
    await api.startScoring({ model, data: { datasetId: 'd' } })
    await api.startModelExport({ runId: 'r', format: 'onnx' })
    expect(called).toEqual(['openModel', 'startScoring', 'startScoring', 'startModelExport'])
  })
})
