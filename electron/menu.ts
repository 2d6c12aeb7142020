import { Menu, type MenuItemConstructorOptions } from 'electron'

export interface MenuActions {
  openFile(): void
  cancelJobs(): void
  showProjectFolder(): void
}

/** The application's menu, with the shortcuts people know from elsewhere. */
export function buildMenu(
  actions: MenuActions,
  options: { readonly mac: boolean; readonly developing: boolean },
): Menu {
  const inspecting: MenuItemConstructorOptions[] = options.developing
    ? [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
    : []
  const application: MenuItemConstructorOptions[] = options.mac ? [{ role: 'appMenu' }] : []
  return Menu.buildFromTemplate([
    ...application,
    {
      label: '&File',
      submenu: [
        { label: '&Open file…', accelerator: 'CmdOrCtrl+O', click: actions.openFile },
        { label: '&Cancel job', accelerator: 'CmdOrCtrl+.', click: actions.cancelJobs },
        { type: 'separator' },
        { label: 'Show &project folder', click: actions.showProjectFolder },
        { type: 'separator' },
        { role: options.mac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...inspecting,
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ role: 'about' }] },
  ])
}
