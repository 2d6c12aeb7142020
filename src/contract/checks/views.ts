import { z } from 'zod'
import type { ViewCalls } from '../calls/views.ts'
import { type Checks, count, id, window, windowIsFair, windowRule } from './fields.ts'

const column = z.string().max(10_000)
const text = z.string().max(10_000)
const bound = z.number().nullable()

const filter = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('range'), column, from: bound, to: bound }),
  z.strictObject({ kind: z.literal('contains'), column, text }),
  z.strictObject({ kind: z.literal('equals'), column, text }),
  z.strictObject({ kind: z.literal('missing'), column, missing: z.boolean() }),
])

const view = z.strictObject({
  sort: z.strictObject({ column, descending: z.boolean() }).nullable(),
  filters: z.array(filter).max(100),
  search: text,
})

const columns = z.array(column).max(20_000)

export const viewChecks: Checks<ViewCalls> = {
  openView: z.strictObject({ datasetId: id, view, columns, rows: z.int().min(1).max(1_000) }),
  readViewRows: z.strictObject({ viewId: id, ...window, columns }).refine(windowIsFair, windowRule),
  findViewRow: z.strictObject({ viewId: id, row: count }),
}
