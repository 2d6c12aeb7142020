import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FileResults } from './scoreFile.ts'

const script = resolve('test/support/scoreFile.py')

/** What is missing to check model files in Python; null where everything is there. */
export function missingInPython(): string | null {
  const { status, error, stderr } = spawnSync('python3', ['-c', 'import numpy, onnx, onnxruntime'], {
    encoding: 'utf8',
  })
  if (status === 0) return null
  return error ? 'python3 cannot be started' : (stderr.trim().split('\n').at(-1) ?? 'python3 fails')
}

/** Checks a model file with onnx.checker and runs it in Python's onnxruntime. Throws with what Python says. */
export function runInPython(
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, Float64Array | readonly string[]>,
): FileResults {
  const folder = mkdtempSync(join(tmpdir(), 'residual-python-'))
  try {
    const [first] = inputs.values()
    const columns = [...inputs].map(([name, cells]) => ({
      name,
      texts: cells instanceof Float64Array ? null : cells,
    }))
    writeFileSync(join(folder, 'model.onnx'), bytes)
    writeFileSync(join(folder, 'columns.json'), JSON.stringify({ rows: first?.length ?? 0, columns }))
    const numbers = [...inputs.values()].flatMap((cells) =>
      cells instanceof Float64Array ? [Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength)] : [],
    )
    writeFileSync(join(folder, 'numbers.f64'), Buffer.concat(numbers))
    execFileSync('python3', [script, folder], { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' })
    const floats = (name: string) => new Float32Array(new Uint8Array(readFileSync(join(folder, name))).buffer)
    return {
      score: floats('score.f32'),
      flag: new Uint8Array(readFileSync(join(folder, 'flag.u8'))),
      shares: floats('shares.f32'),
      reconstruction: floats('reconstruction.f32'),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
