import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPages, type Pages } from '../../../src/hosts/web/pages.ts'
import { openWebServer, type WebServer } from '../../../src/hosts/web/server.ts'
import { fakeApi } from './fakeApi.ts'
import { rawRequest } from './rawRequest.ts'

export interface Served {
  readonly folder: string
  readonly pageFolder: string
  readonly exportsFolder: string
}

/** A folder with what a server may give away, and secrets beside that. */
export function makeServed(): Served {
  const folder = mkdtempSync(join(tmpdir(), 'residual-web-'))
  const pageFolder = join(folder, 'page')
  const exportsFolder = join(folder, 'project/exports')
  mkdirSync(join(pageFolder, 'assets'), { recursive: true })
  mkdirSync(exportsFolder, { recursive: true })
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(pageFolder, 'assets/main.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'project/secret.txt'), 'secret')
  writeFileSync(join(exportsFolder, 'Größe (1) & "co".csv'), 'a,b\n1,2\n')
  writeFileSync(join(exportsFolder, 'empty.csv'), '')
  writeFileSync(join(exportsFolder, '.unfinished'), 'secret')
  mkdirSync(join(exportsFolder, 'sub'))
  writeFileSync(join(exportsFolder, 'sub/inner.csv'), 'secret')
  symlinkSync(join(folder, 'secret.txt'), join(exportsFolder, 'link.csv'))
  return { folder, pageFolder, exportsFolder }
}

export interface Session {
  readonly server: WebServer
  readonly pages: Pages
  /** The headers of a browser that has opened the server's address. */
  readonly session: Record<string, string>
}

export async function openSession({ pageFolder, exportsFolder }: Served): Promise<Session> {
  const pages = createPages()
  const server = await openWebServer({ api: fakeApi, pages, pageFolder, exportsFolder, port: 0 })
  const answer = await rawRequest(server.port, pathOf(server.address))
  const session = { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' }
  return { server, pages, session }
}

export const pathOf = (address: string) => address.slice(address.indexOf('/', 'http://'.length))
