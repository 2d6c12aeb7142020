import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { type DesktopHost, portMessage } from '../src/contract/host.ts'
import { channels } from './channels.ts'

// The sandboxed bridge: one port to the core and the file dialogs, nothing else. A port cannot cross the
// context bridge, so it is handed over as a window message.
ipcRenderer.on(channels.port, (event) => {
  window.postMessage(portMessage, window.location.origin, event.ports)
})

const host: DesktopHost = {
  requestPort: () => ipcRenderer.send(channels.port),
  chooseSaveFile: (suggestedName) => ipcRenderer.invoke(channels.chooseSaveFile, suggestedName),
  pathForFile: (file) => webUtils.getPathForFile(file) || null,
  showInFolder: (path) => ipcRenderer.invoke(channels.showInFolder, path),
}
contextBridge.exposeInMainWorld('residualHost', host)
