import { randomUUID } from 'node:crypto'
import type { Api } from '../../contract/api.ts'
import type { Source } from '../../contract/records.ts'
import { readRowPage } from '../../pipeline/dataset/pages.ts'
import { deleteDataset, readDataset, readIssues } from '../../pipeline/dataset/store.ts'
import { importTable, previewTable } from '../../pipeline/import/formats/openTable.ts'
import type { Context } from '../context.ts'
import { tableName } from '../tableName.ts'

type TableCalls = Pick<
  Api,
  | 'beginUpload'
  | 'appendUpload'
  | 'endUpload'
  | 'previewImport'
  | 'startImport'
  | 'startSampleImport'
  | 'updateColumns'
  | 'readRows'
  | 'readIssues'
  | 'deleteDataset'
>

/** Calls about files and the tables made of them. */
export function tableCalls(context: Context): TableCalls {
  const { claims, database, folder, jobs, runs, uploads } = context

  async function startImport({ source, dialect, columns }: Parameters<Api['startImport']>[0]) {
    const { path, fileName } = await uploads.resolve(source)
    const jobId = jobs.start({
      kind: 'import',
      title: `Import ${fileName}`,
      async work({ report, signal }) {
        const dataset = await importTable({
          database,
          temporaryFolder: folder.temporary,
          sourceFolder: folder.sources,
          path,
          fileName,
          datasetId: randomUUID(),
          name: tableName(fileName),
          dialect,
          columns,
          signal,
          onProgress: (phase, progress) => report({ phase, progress }),
        })
        // The table is in; bytes that cannot be removed now go when the project is opened next.
        if (source.kind === 'upload') await uploads.end(source.uploadId).catch(() => undefined)
        context.projectChanged()
        return { result: { kind: 'import', datasetId: dataset.datasetId } }
      },
    })
    return { jobId }
  }

  return {
    beginUpload: (input) => uploads.begin(input),
    appendUpload: (input) => uploads.append(input),
    async endUpload({ uploadId }) {
      await uploads.end(uploadId)
      return {}
    },
    async previewImport({ source, dialect }) {
      const { path, fileName } = await uploads.resolve(source)
      return previewTable({ database, temporaryFolder: folder.temporary, path, fileName, dialect })
    },
    startImport,
    async startSampleImport({ sampleId }) {
      const source: Source = { kind: 'path', path: await context.samples.path(sampleId) }
      return startImport({ source })
    },
    async updateColumns({ datasetId, columns }) {
      try {
        return await context.edits.changeColumns(datasetId, columns)
      } finally {
        context.projectChanged()
      }
    },
    async readRows({ datasetId, from, to }) {
      return readRowPage(database, await readDataset(database, datasetId), { from, to })
    },
    readIssues: ({ datasetId, from, to }) => readIssues(database, datasetId, { from, to }),
    async deleteDataset({ datasetId }) {
      const release = claims.own(datasetId)
      try {
        const runsOfIt = runs.list().filter((entry) => entry.datasetId === datasetId)
        for (const run of runsOfIt) {
          await context.judges.close(run.runId)
          await runs.delete(run.runId)
        }
        await deleteDataset(database, datasetId, folder.sources)
        await context.edits.forget(datasetId, ...runsOfIt.map(({ runId }) => runId))
      } finally {
        release()
        context.projectChanged()
      }
      return {}
    },
  }
}
