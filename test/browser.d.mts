/** $CHROMIUM, or the first browser of the Chromium family on this machine, or null. */
export function findBrowser(): string | null
