import { randomUUID } from 'node:crypto'
import { parse } from 'node:path'
import type { Api } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type { Source } from '../../contract/records.ts'
import { readRowPage } from '../../pipeline/dataset/pages.ts'
import { deleteDataset, readDataset, readIssues } from '../../pipeline/dataset/store.ts'
import { updateColumns } from '../../pipeline/dataset/updateColumns.ts'
import { importFile } from '../../pipeline/import/importFile.ts'
import { previewFile } from '../../pipeline/import/preview.ts'
import type { Context } from '../context.ts'
import { samplePath } from '../samples.ts'

type TableCalls = Pick<
  Api,
  | 'beginUpload'
  | 'appendUpload'
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
  const { database, folder, jobs, runs, uploads } = context

  async function startImport({ source, dialect, columns }: Parameters<Api['startImport']>[0]) {
    const { path, fileName } = await uploads.resolve(source)
    const jobId = jobs.start({
      kind: 'import',
      title: `Import ${fileName}`,
      async work({ report, signal }) {
        const dataset = await importFile({
          database,
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
        await uploads.release(source)
        context.projectChanged()
        return { result: { kind: 'import', datasetId: dataset.datasetId } }
      },
    })
    return { jobId }
  }

  return {
    beginUpload: (input) => uploads.begin(input),
    appendUpload: (input) => uploads.append(input),
    async previewImport({ source, dialect }) {
      const { path, fileName } = await uploads.resolve(source)
      return previewFile({ path, fileName, dialect })
    },
    startImport,
    async startSampleImport({ sampleId }) {
      const source: Source = { kind: 'path', path: await samplePath(context.samplesFolder, sampleId) }
      return startImport({ source })
    },
    async updateColumns({ datasetId, columns }) {
      const dataset = await updateColumns(database, datasetId, columns)
      context.projectChanged()
      return dataset
    },
    async readRows({ datasetId, from, to }) {
      return readRowPage(database, await readDataset(database, datasetId), { from, to })
    },
    readIssues: ({ datasetId, from, to }) => readIssues(database, datasetId, { from, to }),
    async deleteDataset({ datasetId }) {
      if (jobs.list().some((job) => job.status.state === 'running')) {
        throw new Failure('busy', 'A job is running. Wait for it, or cancel it, before deleting a data set.')
      }
      for (const run of runs.list().filter((entry) => entry.datasetId === datasetId)) {
        await context.judges.close(run.runId)
        await runs.delete(run.runId)
      }
      await deleteDataset(database, datasetId, folder.sources)
      context.projectChanged()
      return {}
    },
  }
}

/** "readings.csv.gz" is shown as "readings". */
const tableName = (fileName: string) => parse(fileName.replace(/\.gz$/i, '')).name || fileName
