// Names of the few messages between the preload script and the main process.
export const channels = {
  port: 'residual:port',
  chooseSaveFile: 'residual:choose-save-file',
  showInFolder: 'residual:show-in-folder',
} as const

/** The page's own origin: a scheme of this application, so that no file and no web address counts as the page. */
export const pageOrigin = 'app://residual'
