import { app, type IpcMainEvent, type IpcMainInvokeEvent, type Session, type WebContents } from 'electron'
import { pageOrigin } from './channels.ts'

/** Every page that ever exists in this application stays where it is and opens nothing. */
export function guardPages(): void {
  app.on('web-contents-created', (_, contents: WebContents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    const stay = (event: { preventDefault(): void }) => event.preventDefault()
    contents.on('will-navigate', (event) => {
      // Loading itself again is the only way to go.
      if (event.url !== `${pageOrigin}/`) stay(event)
    })
    contents.on('will-redirect', stay)
    contents.on('will-attach-webview', stay)
  })
}

/** What the page may ask for: to paste a table, and to copy a row or a command. */
const grantedPermissions: readonly string[] = ['clipboard-read', 'clipboard-sanitized-write']

/** Whether our page asks, in the window's own frame, for something it may have. */
function isGranted(permission: string, address: string | undefined, isMainFrame: boolean): boolean {
  const isPage = address === pageOrigin || address?.startsWith(`${pageOrigin}/`) === true
  return isPage && isMainFrame && grantedPermissions.includes(permission)
}

/**
 * The clipboard for our page; no camera, no notifications, no devices. Nothing is fetched from anywhere but
 * the application itself.
 */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, { requestingUrl, isMainFrame }) =>
    decide(isGranted(permission, requestingUrl, isMainFrame)),
  )
  session.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame }) =>
    isGranted(permission, origin, isMainFrame),
  )
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !/^(app|blob|data|devtools):/.test(details.url) })
  })
}

/** Whether a message comes from our page in the window's own frame, and not from anything inside it. */
export function isFromPage({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  if (senderFrame === null || senderFrame !== sender.mainFrame) return false
  return senderFrame.url.startsWith(`${pageOrigin}/`)
}
