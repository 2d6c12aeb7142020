import type { Api, ApiMethod } from '../../contract/api.ts'
import { Failure } from '../../contract/failure.ts'
import type { Source } from '../../contract/records.ts'
import { callingApi } from '../../contract/wire/connect.ts'

/**
 * The Api as pages in a browser may use it. They bring files by upload and fetch exports by download;
 * paths of this machine are for the desktop window and the command line, where the person chose them.
 */
export function pageApi(api: Api): Api {
  const guarded: Partial<Api> = {
    previewImport: async (input) => api.previewImport({ ...input, source: uploaded(input.source) }),
    startImport: async (input) => api.startImport({ ...input, source: uploaded(input.source) }),
    openModel: async (input) => api.openModel({ source: uploaded(input.source) }),
    async startScoring(input) {
      const { data } = input
      if ('source' in data) uploaded(data.source)
      return api.startScoring(input)
    },
    startFileScoring: async () => {
      throw new Failure(
        'bad-request',
        'A page cannot read and write files of this machine by path. Score them with residual score.',
      )
    },
    startExport: async (input) => api.startExport(withoutPath(input)),
    startModelExport: async (input) => api.startModelExport(withoutPath(input)),
  }
  return callingApi((method, input) =>
    Reflect.apply(guarded[method as ApiMethod] ?? api[method as ApiMethod], api, [input]),
  )
}

function uploaded(source: Source): Source {
  if (source.kind === 'path')
    throw new Failure('bad-request', 'A page cannot read files of this machine by path. Drop the file on it.')
  return source
}

function withoutPath<Input extends { readonly path?: string | undefined }>(input: Input): Input {
  if (input.path !== undefined)
    throw new Failure('bad-request', 'A page cannot choose where a file is written. Download the export.')
  return input
}
