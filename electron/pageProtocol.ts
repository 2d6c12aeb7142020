import { protocol } from 'electron'
import { contentPolicy, guardingHeaders } from '../src/hosts/web/headers.ts'
import { readPageFiles } from '../src/hosts/web/pageFiles.ts'
import { pageOrigin } from './channels.ts'

const scheme = pageOrigin.slice(0, pageOrigin.indexOf(':'))

/** Must run before the application is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built page, and nothing else, under the page's origin. */
export async function servePage(folder: string): Promise<void> {
  const files = await readPageFiles(folder)
  protocol.handle(scheme, (request) => {
    const { origin, host, pathname } = new URL(request.url)
    // Node gives custom schemes the origin "null"; the host says which site is meant.
    const file =
      origin === pageOrigin || `${scheme}://${host}` === pageOrigin ? files.get(pathname) : undefined
    const headers = { ...guardingHeaders, 'Content-Security-Policy': contentPolicy() }
    if (file === undefined || request.method !== 'GET')
      return new Response('Not found', { status: 404, headers })
    return new Response(new Uint8Array(file.bytes), { headers: { ...headers, 'Content-Type': file.type } })
  })
}
