/**
 * What the desktop window offers the page beside the core, as `window.residualHost`. In a browser it is
 * absent, and the page downloads exports from `/exports/<name>` instead.
 *
 * The page does not open its link by hand: `connectToCore()` in wire/connect.ts looks for
 * `window.residualHost` and takes the MessagePort that the preload script posts to the window after
 * `requestPort()`; without it, it opens a WebSocket to `/socket` on the page's own origin (MessagePack frames).
 */
export interface DesktopHost {
  /** Asks for a fresh MessagePort to the core; it arrives as a `message` event on the window whose data is `portMessage`. */
  requestPort(): void
  /** The save dialog. Null when the person closes it without choosing. */
  chooseSaveFile(suggestedName: string): Promise<string | null>
  /** Where a dropped or chosen file lies on disk, or null for a file that has no path. */
  pathForFile(file: File): string | null
  /** Shows a file in the system's file browser. Only files that this host or the core handed out are shown. */
  showInFolder(path: string): Promise<void>
}

/** Data of the window message that carries the port. */
export const portMessage = 'residual:port'

declare global {
  var residualHost: DesktopHost | undefined
}
