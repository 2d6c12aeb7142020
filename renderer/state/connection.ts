import type { ShallowRef } from 'vue'
import type { Api, Events } from '../../src/contract/api.ts'

/**
 * `connecting`: not yet open. `open`: calls are answered. `lost`: the pipe broke; a new one is being
 * tried. `refused`: so it is, but the host no longer knows this page: it was restarted.
 */
export type LinkState = 'connecting' | 'open' | 'lost' | 'refused'

/** All that the page knows of the core: its calls, its events and whether the pipe stands. */
export interface Connection {
  readonly api: Api
  readonly link: Readonly<ShallowRef<LinkState>>
  /** Hears an event, also across reconnections. Returns what stops it. */
  on<Name extends keyof Events>(name: Name, handler: Events[Name]): () => void
}
