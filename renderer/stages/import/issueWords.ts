import type { ImportIssue } from '../../../src/contract/records.ts'
import { formatCount } from '../../format.ts'

/** Where an issue is: "Line 12, amount". */
export function issuePlace({ line, column }: ImportIssue): string {
  const parts = [line === null ? null : `Line ${formatCount(line)}`, column]
  return parts.filter((part) => part !== null).join(', ') || 'Whole file'
}

export const actionWords: Record<ImportIssue['action'], string> = {
  kept: 'Row kept',
  blanked: 'Cell left empty',
  quarantined: 'Row set aside',
}
