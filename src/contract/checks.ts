import { z } from 'zod'
import type { Api, ApiMethod } from './api.ts'
import { columnChecks } from './checks/columns.ts'
import { exportChecks } from './checks/exporting.ts'
import { latentChecks } from './checks/latent.ts'
import { projectChecks } from './checks/projects.ts'
import { resultChecks } from './checks/results.ts'
import { scoringChecks } from './checks/scoring.ts'
import { settings } from './checks/settings.ts'
import { tableChecks } from './checks/tables.ts'
import { trainingChecks } from './checks/training.ts'
import { viewChecks } from './checks/views.ts'
import { Failure } from './failure.ts'
import type { TrainingSettings } from './records.ts'

/** One check per call. Its keys are the allow-list: what is not named here cannot be called. */
const checks: { readonly [M in ApiMethod]: z.ZodType<Parameters<Api[M]>[0]> } = {
  ...projectChecks,
  ...tableChecks,
  ...columnChecks,
  ...trainingChecks,
  ...resultChecks,
  ...exportChecks,
  ...scoringChecks,
  ...latentChecks,
  ...viewChecks,
}

/** Whether a name is a call of the contract; inherited names such as `constructor` are not. */
export const isApiMethod = (name: string): name is ApiMethod => Object.hasOwn(checks, name)

/**
 * A call's input, unknown until here, as what the call takes; fields that are undefined count as left out.
 * Throws a `bad-request` Failure that names each field at fault.
 */
export function checkInput<M extends ApiMethod>(method: M, input: unknown): Parameters<Api[M]>[0] {
  const result = checks[method].safeParse(withoutUndefined(input))
  if (result.success) return result.data
  const field = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new Failure('bad-request', `${method} was called wrongly. ${faultsOf(result.error)}.`, {
    method,
    field,
  })
}

/** Names of all training settings. */
export const settingNames: readonly string[] = Object.keys(settings.shape)

/** What training settings may be, for people to be told. */
export const settingsJsonSchema = () => z.toJSONSchema(settings)

/**
 * Training settings, unknown until here. Throws a `bad-request` Failure that names each setting at fault; the first is
 * `field` of its details.
 */
export function checkSettingsInput(input: unknown): Partial<TrainingSettings> {
  const result = settings.safeParse(withoutUndefined(input))
  if (result.success) return result.data
  const field = result.error.issues[0]?.path.map(String).join('.') ?? ''
  throw new Failure('bad-request', `The training settings cannot be used: ${faultsOf(result.error)}.`, {
    field,
  })
}

function faultsOf({ issues }: z.ZodError): string {
  const faults = issues.slice(0, 5).map((issue) => {
    const field = issue.path.map(String).join('.')
    return field === '' ? issue.message : `${field}: ${issue.message}`
  })
  return faults.join('; ')
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const kept = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutUndefined(field)]))
}
