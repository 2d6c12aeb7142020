import { execFile } from 'node:child_process'
import { lstatSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { extractAll, listPackage } from '@electron/asar'
import { build, type Configuration, Platform } from 'electron-builder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobResult } from '../../src/contract/records.ts'
import { connect } from '../../src/contract/wire/connect.ts'
import { forkCore } from '../../src/hosts/forkCore.ts'
import { closeRequest } from '../../src/hosts/processLink.ts'

// The whole pack needs Electron's binary, which has to be downloaded. A stub in its place shows all the
// rest: what goes in, what stays out, and that the native parts load from where they lie afterwards.
const root = resolve(import.meta.dirname, '../..')
const config: Configuration = (await import(pathToFileURL(join(root, 'electron-builder.config.js')).href))
  .default
let folder: string
let archive: string
let extracted: string
let listed: string[]

// electron-builder follows no link in place of node_modules, as a second git worktree may have.
const canPack =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  lstatSync(join(root, 'node_modules')).isDirectory()
if (!canPack) console.warn('SKIPPED: the pack is tried on Linux x64 with a node_modules folder of its own.')

beforeAll(async () => {
  if (!canPack) return
  folder = await mkdtemp(join(tmpdir(), 'residual-pack-'))
  const stub = join(folder, 'electron')
  await mkdir(join(stub, 'resources'), { recursive: true })
  const { version } = JSON.parse(await readFile(join(root, 'node_modules/electron/package.json'), 'utf8'))
  await writeFile(join(stub, 'version'), version)
  await writeFile(join(stub, 'electron'), '#!/bin/sh\n')
  await chmod(join(stub, 'electron'), 0o755)
  const { electronFuses: _needsTheBinary, ...rest } = config
  await build({
    projectDir: root,
    targets: Platform.LINUX.createTarget('dir'),
    config: {
      ...rest,
      electronDist: stub,
      directories: { ...rest.directories, output: join(folder, 'release') },
    },
  })
  archive = join(folder, 'release/linux-unpacked/resources/app.asar')
  listed = listPackage(archive, { isPack: false })
  extracted = join(folder, 'extracted')
  extractAll(archive, extracted)
}, 300_000)
afterAll(() => canPack && rm(folder, { recursive: true }))

describe('the configuration', () => {
  it('is one that electron-builder knows', async () => {
    const require = createRequire(join(root, 'package.json'))
    const { validateConfiguration } = require('app-builder-lib/out/util/config/config.js')
    const { DebugLogger } = require('builder-util')
    await validateConfiguration(config, new DebugLogger(false))
  })

  it('keeps every fuse blown that is not needed', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    })
  })
})

describe.runIf(canPack)('the packed application', () => {
  it('holds what runs', () => {
    for (const path of [
      'dist/electron/main.js',
      'dist/electron/core.js',
      'dist/electron/preload.cjs',
      'dist/renderer/index.html',
      'package.json',
      'LICENSE',
    ])
      expect(listed).toContain(`/${path}`)
  })

  it('holds no sources, no tests, no development packages', () => {
    const unwanted =
      /^\/(src|electron|renderer|test|bench)\/|^\/node_modules\/(vite|vitest|electron|typescript|playwright-core)\/|\.map$|\.ts$/
    expect(listed.filter((path) => unwanted.test(path))).toEqual([])
  })

  it('keeps native parts and samples beside the archive', async () => {
    const beside = (path: string) => stat(join(`${archive}.unpacked`, path)).then((found) => found.isFile())
    const ort = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64'
    expect(await beside(`${ort}/onnxruntime_binding.node`)).toBe(true)
    expect(await beside('node_modules/@duckdb/node-bindings-linux-x64/duckdb.node')).toBe(true)
    expect(await beside('node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so')).toBe(true)
    expect(await beside('resources/samples/pump-sensors.csv')).toBe(true)
    expect(listed.filter((path) => /napi-v6\/(win32|darwin|linux\/arm64)\/.*\.\w+$/.test(path))).toEqual([])
  })

  it('loads onnxruntime-node and the database from the packed tree', async () => {
    const script = `
      const { InferenceSession } = await import('onnxruntime-node')
      const { DuckDBInstance } = await import('@duckdb/node-api')
      const connection = await (await DuckDBInstance.create(':memory:')).connect()
      const reader = await connection.runAndReadAll('select 6 * 7')
      console.log(typeof InferenceSession.create, String(reader.getRows()[0][0]), import.meta.resolve('onnxruntime-node'))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: extracted,
    })
    expect(stdout.trim()).toMatch(/^function 42 file:.*residual-pack-.*extracted/)
  })

  it('imports, trains and scores in a core from the packed tree', async () => {
    const core = forkCore(join(extracted, 'dist/electron/core.js'), {
      folder: join(folder, 'project'),
      samplesFolder: join(extracted, 'resources/samples'),
    })
    const { api, on } = connect(core.link)
    const finished = (kind: JobResult['kind']) =>
      new Promise<JobResult>((resolve, reject) =>
        on('jobChanged', ({ status }) => {
          if (status.state === 'done' && status.result.kind === kind) resolve(status.result)
          if (status.state === 'failed') reject(new Error(status.failure.message))
        }),
      )
    const importing = finished('import')
    await api.startSampleImport({ sampleId: 'invoices' })
    const imported = await importing
    const datasetId = imported.kind === 'import' ? imported.datasetId : ''
    const training = finished('training')
    await api.startTraining({ datasetId, settings: { steps: 20 } })
    expect((await training).kind).toBe('training')
    expect((await api.readProject({})).runs.map((run) => run.rows)).toEqual([900])
    core.link.post(closeRequest)
    expect(await core.ended).toBe('exit code 0')
  })
})
