import { type InjectionKey, inject, shallowRef, watch } from 'vue'
import type { DesktopHost } from '../../src/contract/host.ts'
import { isModelFile } from '../shell/files.ts'
import type { Connection } from './connection.ts'
import { hostPlace } from './hostPlace.ts'
import { keepPlace, readPlace } from './place.ts'
import { useColumnsChanged } from './useColumnsChanged.ts'
import { useDataset } from './useDataset.ts'
import { useEdits } from './useEdits.ts'
import { useExport } from './useExport.ts'
import { useImport } from './useImport.ts'
import { useJobs } from './useJobs.ts'
import { useLatent } from './useLatent.ts'
import { useNotices } from './useNotices.ts'
import { useProject } from './useProject.ts'
import { useRun } from './useRun.ts'
import { useScoring } from './useScoring.ts'
import { useStage } from './useStage.ts'
import { useThreshold } from './useThreshold.ts'
import { useTraining } from './useTraining.ts'

/** Everything the window shows, joined once. Call it in the setup of the root component. */
export function createWorkbench(connection: Connection, host: DesktopHost | undefined) {
  const place = readPlace()
  const project = useProject(connection)
  const jobs = useJobs(connection, project)
  const dataset = useDataset(connection, project, place?.datasetId)
  const run = useRun(connection, project, dataset)
  const threshold = useThreshold(connection, project, run)
  const stage = useStage(dataset, run, place?.stage)
  const notices = useNotices(connection)
  const edits = useEdits(connection, project, threshold, notices)
  watch([() => dataset.dataset.value?.datasetId, stage.stage] as const, ([datasetId, now]) => {
    if (datasetId !== undefined) keepPlace({ datasetId, stage: now })
  })
  watch(dataset.dataset, (now, before) => {
    if (!before || !dataset.isGoneElsewhere(before.datasetId)) return
    const instead = now ? ` This window shows “${now.name}” now.` : ''
    notices.say('news', `“${before.name}” was deleted in another window.${instead}`)
  })
  const told = new Set<string>()
  // Each is told once: closed, it must not come back with the next reading of the project.
  watch(project.project, (now, before) => {
    // Another data set than the one that was on the table is no place to go on in.
    const isThere = project.datasets.value.some((one) => one.datasetId === place?.datasetId)
    if (now && !before && !isThere) stage.open('import')
    for (const warning of now?.warnings ?? []) {
      if (!told.has(warning)) notices.say('alarm', warning)
      told.add(warning)
    }
  })

  const importing = useImport(connection, jobs, async (datasetId) => {
    dataset.select(datasetId)
    await project.reread()
    stage.open('import')
  })
  const training = useTraining(connection, jobs, dataset, async (runId) => {
    await project.reread()
    const ofDataset = project.runs.value.find((one) => one.runId === runId)?.datasetId
    const looking = stage.stage.value === 'review' || stage.stage.value === 'export'
    if (looking && run.run.value?.datasetId === ofDataset) {
      notices.say('news', 'The training has ended. Choose its run in the list in Review to see it.')
    } else run.select(runId, ofDataset)
  })
  const columnsChanged = useColumnsChanged(dataset, run, training)
  const exporting = useExport(connection, jobs, run, threshold, hostPlace(host))
  const latent = useLatent(connection, jobs, run)
  const scoring = useScoring(connection, jobs, project, run, threshold, async () => {
    await project.reread()
    if (stage.stage.value !== 'score')
      notices.say('news', 'The scoring has ended. Score says what came of it.')
  })
  /** Opens a run of any data set in Review. */
  function review(runId: string): void {
    const of = project.runs.value.find((one) => one.runId === runId)
    if (!of) return
    dataset.select(of.datasetId)
    run.select(runId, of.datasetId)
    stage.open('review')
  }
  connection.on('fileOpened', (source) => {
    if (isModelFile(source.name)) {
      stage.open('score')
      void scoring.takeModelPath(source)
      return
    }
    stage.open('import')
    void importing.look({ kind: 'path', path: source.path }, source.name)
  })
  const helpOpen = shallowRef(false)
  const aboutOpen = shallowRef(false)
  return {
    connection,
    host,
    project,
    jobs,
    dataset,
    run,
    threshold,
    edits,
    stage,
    notices,
    importing,
    training,
    columnsChanged,
    exporting,
    latent,
    scoring,
    review,
    helpOpen,
    aboutOpen,
  }
}

export type Workbench = ReturnType<typeof createWorkbench>

export const workbenchKey: InjectionKey<Workbench> = Symbol('workbench')

/** The workbench of the window that a component is drawn in. */
export function useWorkbench(): Workbench {
  const workbench = inject(workbenchKey)
  if (!workbench) throw new Error('No workbench is provided here.')
  return workbench
}
