import { z } from 'zod'
import type { TableCalls } from '../calls/tables.ts'
import { columnTypes } from '../choices.ts'
import { largestChunk } from '../limits.ts'
import { type Checks, id, path, window, windowIsFair, windowRule } from './fields.ts'

export const source = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('path'), path }),
  z.strictObject({ kind: z.literal('upload'), uploadId: id }),
])

export const dialect = z.strictObject({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).exactOptional(),
  delimiter: z.string().min(1).max(10).exactOptional(),
  quote: z.string().max(1).exactOptional(),
  hasHeader: z.boolean().exactOptional(),
  decimalMark: z.enum(['.', ',']).exactOptional(),
  skipLines: z.int().min(0).max(1_000_000).exactOptional(),
  missingMarks: z.array(z.string().max(1_000)).max(1_000).exactOptional(),
})

const choice = z.strictObject({
  type: z.enum(columnTypes).exactOptional(),
  role: z.enum(['feature', 'label', 'identifier', 'ignored']).exactOptional(),
})

const columns = z
  .unknown()
  // Zod leaves this key out in silence; a choice that is dropped must be refused instead.
  .refine((value) => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'), {
    error: 'a column named __proto__ cannot be addressed by name; rename it in the file',
  })
  .pipe(z.record(z.string().max(10_000), choice))
  .refine((value) => Object.keys(value).length <= 20_000, { error: 'at most 20,000 columns at a time' })

export const tableChecks: Checks<TableCalls> = {
  beginUpload: z.strictObject({
    name: z.string().min(1).max(1_000),
    bytes: z
      .int()
      .min(0)
      .max(2 ** 50),
  }),
  appendUpload: z.strictObject({
    uploadId: id,
    chunk: z.instanceof(Uint8Array).refine((chunk) => chunk.byteLength <= largestChunk, {
      error: 'at most 8 MiB at a time',
    }),
  }),
  endUpload: z.strictObject({ uploadId: id }),
  previewImport: z.strictObject({ source, dialect: dialect.exactOptional() }),
  startImport: z.strictObject({
    source,
    dialect: dialect.exactOptional(),
    columns: columns.exactOptional(),
  }),
  startSampleImport: z.strictObject({ sampleId: id }),
  updateColumns: z.strictObject({ datasetId: id, columns }),
  readRows: z.strictObject({ datasetId: id, ...window }).refine(windowIsFair, windowRule),
  readIssues: z.strictObject({ datasetId: id, ...window }).refine(windowIsFair, windowRule),
  deleteDataset: z.strictObject({ datasetId: id }),
}
