import { describe, expect, it } from 'vitest'
import { settingNames } from '../../../src/contract/checks.ts'
import { readSettings } from '../../../src/hosts/cli/settings.ts'
import { settingsReport } from '../../../src/hosts/cli/settingsReport.ts'

describe('residual settings', () => {
  const lines = settingsReport().split('\n')
  const row = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.replace(/ +/g, ' ')

  it('lists every setting with what Auto chooses and what it may be', () => {
    const named = lines.map((line) => line.split(/[ .]/)[0])
    expect(settingNames.filter((name) => !named.includes(name))).toEqual([])
    expect(row('steps')).toBe('steps 400 a whole number from 1 to 1,000,000')
    expect(row('decoder')).toMatch(/^decoder null at most 6 whole numbers .*, or null$/)
    expect(row('rowLoss')).toBe('rowLoss log1p one of log1p, mean')
    expect(row('learningRate')).toBe('learningRate 0.003 a number from 0.0000001 to 1')
  })

  it('says which kinds a field belongs to', () => {
    expect(row('flavour.beta')).toBe(
      'flavour.beta 3 or 1 a number from 0 to 1,000 (variational, conditional)',
    )
    expect(row('flavour.target')).toMatch(/\(sparse with penalty kl\)$/)
    expect(row('corruption.rate')).toMatch(/^corruption.rate 0.3 .*\(masking, salt-and-pepper, swap\)$/)
  })

  it('lists what Auto chooses otherwise for a flavour as --set reads it', () => {
    const stacked = lines.find((line) => line.startsWith('  stacked: '))?.split(': ')[1]
    expect(readSettings({ set: stacked?.split(' ') })).toEqual({ hidden: [64, 32] })
  })
})
