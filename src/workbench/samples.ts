import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../contract/failure.ts'

const sampleList = z.array(
  z.object({ sampleId: z.string(), title: z.string(), description: z.string(), file: z.string() }),
)

export type Sample = z.infer<typeof sampleList>[number]

/** The sample data sets that ship with Residual, as listed in `samples.json`. */
export async function readSamples(samplesFolder: string): Promise<Sample[]> {
  return sampleList.parse(JSON.parse(await readFile(join(samplesFolder, 'samples.json'), 'utf8')))
}

/** One sample's file. @throws Failure `not-found` for an id that is not in the list */
export async function samplePath(samplesFolder: string, sampleId: string): Promise<string> {
  const sample = (await readSamples(samplesFolder)).find((entry) => entry.sampleId === sampleId)
  if (!sample) throw new Failure('not-found', 'There is no such sample data set.', { sampleId })
  return join(samplesFolder, sample.file)
}
