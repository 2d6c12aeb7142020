import { shallowRef } from 'vue'
import type { Api, Events } from '../src/contract/api.ts'
import { Failure } from '../src/contract/failure.ts'
import type { Connection, LinkState } from './state/connection.ts'
import { createListeners } from './state/listeners.ts'

/** One pipe to the core, as `connectToCore` of the contract opens it. */
export interface Pipe {
  readonly api: Api
  on<Name extends keyof Events>(event: Name, handler: Events[Name]): () => void
  readonly closed: Promise<void>
}

const firstWait = 250
const longestWait = 5_000

/** Whether the host of this page answers without knowing it: its session went with the process that began it. */
export async function refusedByHost(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).status === 403
  } catch {
    return false
  }
}

/**
 * A connection that outlives its pipe: when a pipe closes, another is opened, with growing waits between
 * tries. While there is none, calls are refused with `link-closed`, so nothing waits for ever.
 */
export function keepConnected(
  openPipe: () => Promise<Pipe>,
  {
    wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
    isRefused = async () => false,
  }: {
    wait?: (milliseconds: number) => Promise<void>
    /** Asked when the pipe is lost: whether the host answers, but no longer knows this page. */
    isRefused?: () => Promise<boolean>
  } = {},
): Connection {
  const link = shallowRef<LinkState>('connecting')
  const listeners = createListeners()
  let pipe: Pipe | null = null

  async function hold(): Promise<void> {
    let pause = firstWait
    for (;;) {
      try {
        const opened = await openPipe()
        pipe = opened
        opened.on('jobChanged', listeners.receive.jobChanged)
        opened.on('projectChanged', listeners.receive.projectChanged)
        opened.on('coreRestarted', listeners.receive.coreRestarted)
        opened.on('fileOpened', listeners.receive.fileOpened)
        link.value = 'open'
        pause = firstWait
        await opened.closed
      } catch {
        // Not reachable now: said by `link`, and tried again below.
      }
      pipe = null
      if (link.value !== 'refused') link.value = 'lost'
      await wait(pause)
      link.value = (await isRefused()) ? 'refused' : 'lost'
      pause = Math.min(pause * 2, longestWait)
    }
  }
  void hold()

  const api = new Proxy(Object.create(null) as Api, {
    get(_target, method: string) {
      if (method === 'then') return undefined
      return async (input: never) => {
        if (!pipe) {
          throw new Failure('link-closed', 'The core cannot be reached just now. Residual keeps trying.')
        }
        return pipe.api[method as keyof Api](input)
      }
    },
  })
  return { api, link, on: listeners.on }
}
