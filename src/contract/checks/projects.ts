import { z } from 'zod'
import type { ProjectCalls } from '../calls/projects.ts'
import { type Checks, id, none } from './fields.ts'

export const projectChecks: Checks<ProjectCalls> = {
  readProject: none,
  cancelJob: z.strictObject({ jobId: id }),
  listJobs: none,
}
