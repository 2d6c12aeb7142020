import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { zipFiles } from '../../../src/pipeline/modelFile/zipFiles.ts'

describe('zipping files', () => {
  it('presses texts and puts weights in as they are, which is quick', () => {
    const bytes = new Uint8Array(10_000)
    expect(zipFiles({ 'model.json': bytes }, new Date()).length).toBeLessThan(1000)
    const zip = zipFiles({ 'weights.bin': bytes }, new Date())
    expect(zip.length).toBeGreaterThan(bytes.length)
    expect(unzipSync(zip)).toEqual({ 'weights.bin': bytes })
  })
})
