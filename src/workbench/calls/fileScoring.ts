import { basename } from 'node:path'
import type { Api } from '../../contract/api.ts'
import { streamScore } from '../../pipeline/stream/streamScore.ts'
import type { Context } from '../context.ts'
import { refuseProjectPath } from '../exportPaths.ts'

/** The call that scores a file into another without importing it. */
export function fileScoringCalls(context: Context): Pick<Api, 'startFileScoring'> {
  const { claims, database, folder, jobs, models } = context
  return {
    async startFileScoring({ modelId, path, dialect, target }) {
      await refuseProjectPath(folder.root, target)
      const release = claims.share(models.find(modelId).modelId)
      const fileName = basename(path)
      const jobId = jobs.start({
        kind: 'scoring',
        title: `Score ${fileName}`,
        ended: release,
        async work({ report, signal }) {
          report({ phase: 'Opening the model' })
          const { model, threshold } = await models.read(modelId)
          const result = await streamScore({
            engine: await context.engine(),
            ...{ database, model, path, fileName, dialect, target, signal },
            cut: threshold.cut,
            temporaryFolder: folder.temporary,
            onProgress: (phase, progress) => report({ phase, progress }),
          })
          return { result: { kind: 'file-scoring', ...result } }
        },
      })
      return { jobId }
    },
  }
}
