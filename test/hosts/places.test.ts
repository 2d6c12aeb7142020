import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultProject, packageFolder, places } from '../../src/hosts/places.ts'
import { browserCommand } from '../../src/hosts/web/browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'residual-places-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the default project', () => {
  it('lies where each system keeps a person’s data', () => {
    expect(defaultProject('linux', {}, '/home/me')).toBe('/home/me/.local/share/residual/project')
    expect(defaultProject('linux', { XDG_DATA_HOME: '/data' }, '/home/me')).toBe('/data/residual/project')
    expect(defaultProject('darwin', {}, '/Users/me')).toBe(
      '/Users/me/Library/Application Support/Residual/project',
    )
    expect(defaultProject('win32', { APPDATA: 'C:/Roaming' }, 'C:/me')).toBe('C:/Roaming/Residual/project')
  })
})

describe('the package folder', () => {
  it('is found from anywhere below it', () => {
    mkdirSync(join(folder, 'dist/shared'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{}')
    expect(packageFolder(join(folder, 'dist/shared'))).toBe(folder)
  })

  it('gives the samples a place outside the archive of a packed application', () => {
    expect(places('/opt/Residual/resources/app.asar').samples).toBe(
      '/opt/Residual/resources/app.asar.unpacked/resources/samples',
    )
    expect(places('/clone').samples).toBe('/clone/resources/samples')
  })
})

describe('the browser', () => {
  const address = 'http://127.0.0.1:1/?token=x'

  it('is opened by what each system has for it', () => {
    expect(browserCommand(address, 'darwin', {})).toEqual(['open', address])
    expect(browserCommand(address, 'win32', {})).toEqual(['cmd', '/c', 'start', '', address])
    writeFileSync(join(folder, 'xdg-open'), '#!/bin/sh\n', { mode: 0o755 })
    const env = { DISPLAY: ':0', PATH: `/nowhere:${folder}` }
    expect(browserCommand(address, 'linux', env)).toEqual(['xdg-open', address])
  })

  it('is left alone without a screen or a command', () => {
    expect(browserCommand(address, 'linux', { PATH: folder })).toBeNull()
    expect(browserCommand(address, 'linux', { DISPLAY: ':0', PATH: '/nowhere' })).toBeNull()
  })
})
