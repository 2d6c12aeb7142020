import { onScopeDispose, shallowRef } from 'vue'
import type { Connection } from './connection.ts'

interface Notice {
  readonly id: number
  readonly kind: 'news' | 'alarm'
  readonly message: string
}

/** Of a flood, the newest are kept. */
const mostNotices = 20

/** What the core or the host had to tell, newest last, until the person closes it. */
export function useNotices(connection: Connection) {
  const notices = shallowRef<readonly Notice[]>([])
  let next = 0
  let aboutCore = -1

  function say(kind: Notice['kind'], message: string): void {
    const others = notices.value.filter((notice) => notice.message !== message)
    notices.value = [...others, { id: next++, kind, message }].slice(-mostNotices)
  }
  function close(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  onScopeDispose(
    connection.on('coreRestarted', ({ message, working }) => {
      // What the core said before is overtaken.
      notices.value = notices.value.filter((notice) => notice.id !== aboutCore)
      say(working ? 'news' : 'alarm', message)
      aboutCore = next - 1
    }),
  )
  return { notices, say, close }
}

export type NoticesState = ReturnType<typeof useNotices>
