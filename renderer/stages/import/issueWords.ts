import type { ImportIssue } from '../../../src/contract/records.ts'
import { formatCount } from '../../format.ts'

/** Where an issue is: "Line 12, amount". */
export function issuePlace({ line, column }: ImportIssue): string {
  const parts = [line === null ? null : `Line ${formatCount(line)}`, column]
  return parts.filter((part) => part !== null).join(', ') || 'Whole file'
}

/** What is the matter, without the place it begins with where that stands beside it. */
export function issueSentence({ line, column, message }: ImportIssue): string {
  const places = [
    ...(line !== null && column !== null ? [`Line ${line}, column "${column}": `] : []),
    ...(line !== null ? [`Line ${line}: `] : []),
  ]
  const place = places.find((one) => message.startsWith(one))
  if (place === undefined) return message
  const rest = message.slice(place.length)
  return `${rest.slice(0, 1).toUpperCase()}${rest.slice(1)}`
}

export const actionWords: Record<ImportIssue['action'], string> = {
  kept: 'Row kept',
  blanked: 'Cell left empty',
  quarantined: 'Row set aside',
}
