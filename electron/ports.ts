import { basename } from 'node:path'
import { ipcMain, MessageChannelMain } from 'electron'
import type { Api } from '../src/contract/api.ts'
import { type Announce, type Served, serve } from '../src/contract/wire/serve.ts'
import { channels } from './channels.ts'
import { mainPortLink } from './coreUtility.ts'
import { isFromPage } from './guards.ts'

/** The ports handed to the page; it gets a fresh one each time it loads. */
export function createPorts() {
  let served: Served | null = null
  let unopened: string[] = []

  const announce: Announce = (event, ...payload) => served?.announce(event, ...payload)
  const openFile = (path: string) => {
    if (served === null) unopened.push(path)
    else announce('fileOpened', { path, name: basename(path) })
  }
  return {
    announce,
    /** Tells the page of a file that the person chose in the menu, at once or when there is a page. */
    openFile,
    listen(api: Api): void {
      ipcMain.on(channels.port, (event) => {
        if (!isFromPage(event)) return
        const { port1, port2 } = new MessageChannelMain()
        const fresh = serve(mainPortLink(port1), api)
        port1.once('close', () => {
          if (served === fresh) served = null
        })
        served?.close()
        served = fresh
        event.sender.postMessage(channels.port, null, [port2])
        const waiting = unopened
        unopened = []
        for (const path of waiting) openFile(path)
      })
    },
  }
}
