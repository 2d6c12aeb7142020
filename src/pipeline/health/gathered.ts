import type { ColumnChoice, HealthFinding, HealthKind } from '../../contract/records.ts'
import { named } from './columnChecks.ts'

/** Findings of one kind that are told one by one, at most. */
const mostOfAKind = 6

/** What to say of many columns of a kind, after their names. */
const sayings: Partial<Record<HealthKind, string>> = {
  leakage: 'each tell the label apart nearly perfectly by themselves (AUROC 0.98 or more).',
  'near-constant': 'hold one and the same value in nearly every row.',
  'identifier-like': 'look like identifiers.',
  'duplicate-columns': 'say the same as columns before them in every row.',
  'correlated-columns': 'follow columns before them on straight lines.',
  skew: 'are extremely skewed: a few values lie far from all others.',
  'mostly-missing': 'are empty in most rows.',
}

/** Findings with those of a kind put together where there are too many to read one by one. */
export function gathered(findings: readonly HealthFinding[]): HealthFinding[] {
  const kinds = new Set(findings.map(({ kind }) => kind))
  return [...kinds].flatMap((kind) => {
    const alike = findings.filter((finding) => finding.kind === kind)
    const [first] = alike
    const saying = sayings[kind]
    return first === undefined || saying === undefined || alike.length <= mostOfAKind
      ? alike
      : [together(first, alike, saying)]
  })
}

function together(first: HealthFinding, alike: readonly HealthFinding[], saying: string): HealthFinding {
  const choices = new Map<string, ColumnChoice>(
    alike.flatMap(({ fix }) => (fix ? Object.entries(fix.columns) : [])),
  )
  const columns = [...new Set(alike.flatMap((finding) => finding.columns))]
  // Of copies, those that the fix leaves out; the columns that they repeat stay.
  const about = choices.size > 0 ? [...choices.keys()] : columns
  return {
    kind: first.kind,
    serious: alike.some(({ serious }) => serious),
    columns,
    message: `${named(about)} ${saying}`,
    reason: first.reason,
    fix: { title: `Leave ${choices.size} out`, columns: Object.fromEntries(choices) },
  }
}
