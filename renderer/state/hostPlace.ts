import type { DesktopHost } from '../../src/contract/host.ts'
import type { ExportPlace } from './useFileJob.ts'

/** The desktop asks where to save; a browser lets the core choose and downloads the finished file. */
export function hostPlace(host: DesktopHost | undefined): ExportPlace {
  if (host) {
    return { choosePath: (suggestedName) => host.chooseSaveFile(suggestedName), deliver: () => {} }
  }
  return {
    choosePath: async () => undefined,
    deliver(file) {
      const anchor = document.createElement('a')
      anchor.href = `/exports/${encodeURIComponent(file.name)}`
      anchor.download = file.name
      document.body.append(anchor)
      anchor.click()
      anchor.remove()
    },
  }
}
