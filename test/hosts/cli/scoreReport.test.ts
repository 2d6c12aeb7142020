import { describe, expect, it } from 'vitest'
import { differenceLine } from '../../../src/hosts/cli/scoreReport.ts'

describe('differenceLine', () => {
  it('hints at a column that differs by case or spaces only', () => {
    const missing = { kind: 'missing-column', column: 'src_bytes' } as const
    const extra = (column: string) => ({ kind: 'extra-column', column }) as const
    expect(differenceLine(missing, [missing, extra('other'), extra(' SRC_BYTES ')])).toBe(
      'Column src_bytes is not in the data: every cell of it counts as missing. " SRC_BYTES " is in the file: rename it to "src_bytes".',
    )
    expect(differenceLine(missing, [missing, extra('src_packets')])).toMatch(/counts as missing\.$/)
  })

  it('says where new values cannot be told from rare ones', () => {
    const unlisted = { kind: 'unlisted-categories', column: 'city', rows: 1 } as const
    expect(differenceLine(unlisted, [unlisted])).toBe(
      'Column city had too many different values in training to list: 1 row with a rare or a new value counts as "another value".',
    )
  })
})
