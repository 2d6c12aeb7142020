import type { Api } from '../../contract/api.ts'

/** Findings that are written out. */
const mostShown = 5

/** What is likely to spoil the result, in lines; nothing where the table is healthy. */
export async function healthRemarks(api: Api, datasetId: string): Promise<string[]> {
  const serious = (await api.readHealth({ datasetId })).filter((finding) => finding.serious)
  if (serious.length === 0) return []
  const more = serious.length - mostShown
  return [
    'residual: the table is used as it is, but look at this:',
    ...serious.slice(0, mostShown).map(({ message, reason }) => `  ${message} ${reason}`),
    ...(more > 0 ? [`  and ${more} more; the window's Import stage shows them all`] : []),
  ]
}
