import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../contract/failure.ts'
import { keptUnlessFailed } from './keptUnlessFailed.ts'

const sampleList = z.array(
  z.object({ sampleId: z.string(), title: z.string(), description: z.string(), file: z.string() }),
)

export type Sample = z.infer<typeof sampleList>[number]

/** The sample data sets that ship with Residual, as listed in `samples.json`. */
export interface Samples {
  list(): Promise<readonly Sample[]>
  /** One sample's file. @throws Failure `not-found` for an id that is not in the list */
  path(sampleId: string): Promise<string>
}

/** Reads the list once, when it is first asked for. */
export function createSamples(samplesFolder: string): Samples {
  const list = keptUnlessFailed(async () =>
    sampleList.parse(JSON.parse(await readFile(join(samplesFolder, 'samples.json'), 'utf8'))),
  )
  return {
    list,
    async path(sampleId) {
      const sample = (await list()).find((entry) => entry.sampleId === sampleId)
      if (!sample) throw new Failure('not-found', 'There is no such sample data set.', { sampleId })
      return join(samplesFolder, sample.file)
    },
  }
}
