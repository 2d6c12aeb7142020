import { describe, expect, it } from 'vitest'
import { createClaims } from '../../src/workbench/claims.ts'

describe('claims', () => {
  it('are shared by many, or held by one alone', () => {
    const claims = createClaims()
    const first = claims.share('data', 'run')
    const second = claims.share('data')
    expect(() => claims.own('data')).toThrow(/job is using it/)
    first()
    first()
    expect(() => claims.own('data')).toThrow(/job is using it/)
    second()
    const alone = claims.own('data')
    expect(() => claims.share('run', 'data')).toThrow(/changed or deleted/)
    expect(() => claims.own('data')).toThrow()
    // A refused claim of several holds none of them.
    claims.own('run')()
    alone()
    claims.share('data')()
  })
})
