import { type Stage, stages } from './useStage.ts'

/** Where a person was before the page was loaded again. */
interface Place {
  readonly datasetId: string
  readonly stage: Stage
}

const key = 'residual.place'

/** The place this tab kept, or null where it kept none, or nothing that can be read. */
export function readPlace(): Place | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null')
    if (typeof kept !== 'object' || kept === null || !('datasetId' in kept) || !('stage' in kept)) return null
    const stage = stages.find((one) => one === kept.stage)
    return stage && typeof kept.datasetId === 'string' ? { datasetId: kept.datasetId, stage } : null
  } catch {
    return null
  }
}

/** Keeps the place for as long as the tab lives. */
export function keepPlace(place: Place): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(place))
  } catch {
    // A browser may forbid storage: then a reload starts at Import.
  }
}
