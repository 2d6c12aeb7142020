import { computed, onScopeDispose, shallowRef } from 'vue'
import { toWireFailure } from '../../src/contract/failure.ts'
import type {
  ColumnChoice,
  Dialect,
  ImportPreview,
  Job,
  Source,
  WireFailure,
} from '../../src/contract/records.ts'
import type { Connection } from './connection.ts'
import { forgetUpload, readable, uploadFile } from './upload.ts'
import { useAsk } from './useAsk.ts'
import { useJob } from './useJob.ts'
import type { JobsState } from './useJobs.ts'

/** A file on its way in: its bytes travel, then the person looks at the preview. */
type Arrival =
  | { readonly state: 'none' }
  | { readonly state: 'sending'; readonly name: string; readonly bytes: number; readonly sent: number }
  | { readonly state: 'looking'; readonly name: string; readonly source: Source }

/** What to show in the fields while nothing could be read. */
const commonDialect: Dialect = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  hasHeader: true,
  decimalMark: '.',
  skipLines: 0,
  missingMarks: [''],
}

/** From a dropped file to an imported data set. `imported` hears the new data set's id. */
export function useImport(
  connection: Connection,
  jobs: JobsState,
  imported: (datasetId: string) => Promise<void>,
) {
  const arrival = shallowRef<Arrival>({ state: 'none' })
  const arrivalFailure = shallowRef<WireFailure | null>(null)
  const choices = shallowRef<Partial<Dialect>>({})
  const columns = shallowRef<Readonly<Record<string, ColumnChoice>>>({})
  const preview = useAsk<ImportPreview>()
  let sending: AbortController | null = null
  /** What the running import was started from. */
  let confirmed: Arrival = arrival.value
  /** The file under way or looked at, when its bytes travel from the page. */
  let held: { readonly name: string; readonly blob: Blob } | null = null
  const stopHearing = connection.on('coreRestarted', ({ working }) => {
    // Bytes sent to the old core are gone with it, but the page still has the file: it sends them again.
    const now = arrival.value
    if (now.state === 'none' || (now.state === 'looking' && now.source.kind === 'path')) return
    if (working && held) void send(held)
    else close()
  })
  onScopeDispose(() => {
    release()
    globalThis.removeEventListener?.('pagehide', release)
    sending?.abort()
    stopHearing()
  })

  const job = useJob(jobs, async (ended: Job) => {
    if (ended.status.state !== 'done' || ended.status.result.kind !== 'import') return
    await imported(ended.status.result.datasetId)
    // Another file may have been dropped meanwhile: that one stays.
    if (arrival.value === confirmed) close()
  })

  /** Lets go of bytes in the core, unless a running import reads them: the core does so itself at its end. */
  function release(): void {
    const now = arrival.value
    if (now.state !== 'looking' || (now === confirmed && job.running.value)) return
    forgetUpload(connection.api, now.source)
  }
  globalThis.addEventListener?.('pagehide', release)

  function close(): void {
    release()
    sending?.abort()
    sending = null
    held = null
    arrival.value = { state: 'none' }
    arrivalFailure.value = null
    choices.value = {}
    columns.value = {}
    preview.clear()
  }

  /** Shows the head of a file that the core can reach. */
  async function look(source: Source, name: string): Promise<void> {
    close()
    job.forget()
    await show(source, name)
  }

  async function show(source: Source, name: string): Promise<void> {
    arrival.value = { state: 'looking', name, source }
    await rereadPreview()
  }

  async function rereadPreview(): Promise<void> {
    const now = arrival.value
    if (now.state !== 'looking') return
    const dialect = choices.value
    await preview.ask(() => connection.api.previewImport({ source: now.source, dialect }))
  }

  /** Takes a dropped, chosen or pasted file: by its path where the host knows one, else byte by byte. */
  async function take(file: { name: string; blob: Blob; path: string | null }): Promise<void> {
    if (file.path !== null) return look({ kind: 'path', path: file.path }, file.name)
    close()
    job.forget()
    await send(file)
  }

  /** Sends a file's bytes and shows its head; choices made for it stay. */
  async function send(file: { readonly name: string; readonly blob: Blob }): Promise<void> {
    sending?.abort()
    held = file
    const controller = new AbortController()
    sending = controller
    const bytes = file.blob.size
    arrival.value = { state: 'sending', name: file.name, bytes, sent: 0 }
    try {
      const source = await uploadFile(connection.api, file, {
        signal: controller.signal,
        sent: (sent) => {
          if (sending === controller) arrival.value = { state: 'sending', name: file.name, bytes, sent }
        },
      })
      if (sending === controller) await show(source, file.name)
    } catch (thrown) {
      if (sending !== controller) return
      close()
      arrivalFailure.value = toWireFailure(readable(thrown, file.name))
    }
  }

  /** Overrides fields of the dialect and reads the head again at once. */
  async function choose(fields: Partial<Dialect>): Promise<void> {
    choices.value = { ...choices.value, ...fields }
    await rereadPreview()
  }

  /** Goes back to what was found for one field. */
  async function unchoose(field: keyof Dialect): Promise<void> {
    const { [field]: _dropped, ...rest } = choices.value
    choices.value = rest
    await rereadPreview()
  }

  function chooseColumn(name: string, choice: ColumnChoice): void {
    columns.value = { ...columns.value, [name]: { ...columns.value[name], ...choice } }
  }

  async function confirm(): Promise<void> {
    const now = arrival.value
    const seen = preview.value.value
    if (now.state !== 'looking' || !seen || preview.failure.value || job.running.value) return
    // Another dialect may have other columns: choices for columns that are gone stay behind.
    confirmed = now
    const names = new Set(seen.columns.map((column) => column.name))
    const chosen = Object.entries(columns.value).filter(([name]) => names.has(name))
    await job.start(() =>
      connection.api.startImport({
        source: now.source,
        dialect: choices.value,
        columns: Object.fromEntries(chosen),
      }),
    )
  }

  /** Says why what was dropped cannot be taken. */
  function refuse(thrown: unknown): void {
    arrivalFailure.value = toWireFailure(thrown)
  }

  async function takeSample(sampleId: string): Promise<void> {
    // A second click while the first is under way must not lose it from sight.
    if (job.running.value) return
    close()
    confirmed = arrival.value
    await job.start(() => connection.api.startSampleImport({ sampleId }))
  }

  return {
    arrival,
    choices,
    columns,
    /** The head of the file as the present choices read it; null while it cannot be read so. */
    preview: computed(() => (preview.failure.value ? null : preview.value.value)),
    /** The dialect to start from: the last one that read the file, else what is most common. */
    dialect: computed<Dialect>(() => ({
      ...(preview.value.value?.dialect ?? commonDialect),
      ...choices.value,
    })),
    previewBusy: preview.busy,
    failure: computed(() => arrivalFailure.value ?? preview.failure.value ?? job.failure.value),
    job,
    take,
    look,
    choose,
    unchoose,
    chooseColumn,
    confirm,
    refuse,
    takeSample,
    close: () => {
      close()
      job.forget()
    },
  }
}
