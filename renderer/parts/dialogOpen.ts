/** Whether a dialog covers the window; keys then belong to it. Closed dialogs may stay in the page unseen. */
export function dialogOpen(): boolean {
  const dialogs = document.querySelectorAll('[role="dialog"][aria-modal="true"]')
  return [...dialogs].some((dialog) => dialog.checkVisibility())
}
