import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cellLosses } from '../../src/contract/choices.ts'
import { createReferenceEngine } from '../../src/engine/referenceEngine.ts'
import { loadTensorflowEngine, tensorflowStatus } from '../../src/engine/tensorflowEngine.ts'
import { relativeError } from './examples.ts'
import { corruptions, flavourSpec, flavours } from './flavours.ts'

const require = createRequire(import.meta.url)
const corePath = JSON.stringify(require.resolve('@tensorflow/tfjs-core'))
const cpuPath = JSON.stringify(require.resolve('@tensorflow/tfjs-backend-cpu'))

/**
 * Stands in for the native package: calls the functions of `util` that Node.js 23 removed, as the package does while it
 * loads and runs, and registers TensorFlow.js's own cpu backend and kernels under the name "tensorflow".
 */
const standIn = `
const util = require('util')
if (!util.isArray([1]) || util.isArray('no')) throw new Error('isArray')
if (!util.isNullOrUndefined(null) || util.isNullOrUndefined(0)) throw new Error('isNullOrUndefined')
if (!util.isString('') || util.isString(1)) throw new Error('isString')
const tf = require(${corePath})
const { MathBackendCPU } = require(${cpuPath})
globalThis.standInUses = 0
class Counted extends MathBackendCPU {
  write(...given) { globalThis.standInUses += 1; return super.write(...given) }
}
tf.registerBackend('tensorflow', () => new Counted(), 3)
tf.copyRegisteredKernels('cpu', 'tensorflow')
`

describe('the tensorflow engine', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tfjs-node-'))
    writePackage('4.22.0', standIn)
    mkdirSync(join(folder, 'lib', 'napi-v8'), { recursive: true })
    writeFileSync(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '')
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
    if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow')
    for (const { kernelName } of tf.getKernelsForBackend('tensorflow'))
      tf.unregisterKernel(kernelName, 'tensorflow')
  })

  const writePackage = (version: string, code: string) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version, main: 'index.cjs' }))
    writeFileSync(join(folder, 'index.cjs'), code)
  }

  it('is available when package and native library are there, which does not load them', () => {
    writePackage('4.22.0', 'throw new Error("loaded")')
    expect(tensorflowStatus(folder)).toMatchObject({ available: true })
  })

  it('says what is missing: the package, its native library, the right version', async () => {
    const install = 'npm install --no-save @tensorflow/tfjs-node@4.22.0'
    const refused = async (given: string | null, reason: string) => {
      expect(tensorflowStatus(given)).toMatchObject({
        available: false,
        detail: expect.stringContaining(reason),
      })
      const failing = loadTensorflowEngine(given)
      await expect(failing).rejects.toMatchObject({
        code: 'engine',
        message: expect.stringContaining(reason),
      })
      await expect(failing).rejects.toThrow(install)
      await expect(failing).rejects.toThrow('leave the engine at onnx')
    }
    await refused(null, 'is not installed')
    writePackage('4.10.0', standIn)
    await refused(folder, 'is of version 4.10.0, and only 4.22.0 fits')
    writeFileSync(join(folder, 'package.json'), '{"version": "4.22')
    await refused(folder, 'the package is damaged')
    writePackage('4.22.0', standIn)
    rmSync(join(folder, 'lib'), { recursive: true })
    await refused(folder, 'does not load: its native library is missing')
  })

  it('says why the package does not load', async () => {
    writePackage('4.22.0', 'throw new Error("libtensorflow.so.2: cannot open shared object file\\nmore")')
    await expect(loadTensorflowEngine(folder)).rejects.toThrow(
      'does not load: libtensorflow.so.2: cannot open shared object file. The library is fetched',
    )
    writePackage('4.22.0', '')
    await expect(loadTensorflowEngine(folder)).rejects.toThrow('it registered no backend')
  })

  it('gives the package what newer versions of Node.js lack before it loads', async () => {
    const names = ['isArray', 'isNullOrUndefined', 'isString']
    const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(util, name)] as const)
    for (const name of names) Reflect.deleteProperty(util, name)
    try {
      expect('isNullOrUndefined' in util).toBe(false)
      expect((await loadTensorflowEngine(folder)).name).toBe('tensorflow')
    } finally {
      for (const [name, descriptor] of kept) {
        if (descriptor) Object.defineProperty(util, name, descriptor)
        else Reflect.deleteProperty(util, name)
      }
    }
  })

  it('runs the program of every flavour on that backend, as the reference does', async () => {
    const engine = await loadTensorflowEngine(folder)
    const uses = () => Number(Reflect.get(globalThis, 'standInUses'))
    let turn = 0
    for (const flavour of Object.keys(flavours)) {
      const corruption = corruptions[turn % corruptions.length] ?? { kind: 'none' }
      const { spec, rows } = flavourSpec(
        flavour,
        corruption,
        cellLosses[turn % cellLosses.length] ?? 'squared',
        turn,
      )
      turn += 1
      const before = uses()
      const [session, reference] = [
        await engine.open(spec, rows),
        await createReferenceEngine().open(spec, rows),
      ]
      const [native, plain] = [await session.train(4), await reference.train(4)]
      expect(relativeError(native.losses, plain.losses), flavour).toBeLessThan(1e-6)
      const [scored, expected] = [await session.score(rows), await reference.score(rows)]
      expect(relativeError(scored.errors, expected.errors), flavour).toBeLessThan(1e-6)
      expect(uses(), flavour).toBeGreaterThan(before)
      for (const one of [session, reference]) await one.close()
    }
  })
})
