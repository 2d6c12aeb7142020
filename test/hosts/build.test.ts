import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const script = pathToFileURL(resolve(import.meta.dirname, '../../src/hosts/build.mjs')).href

it.skipIf(process.platform === 'win32')('a failed build is told to the last word', () => {
  // The last words come from a process that outlives the one waited for.
  const program = `
    import { run } from '${script}'
    console.log(JSON.stringify(await run('sh', ['-c', '(sleep 0.2; echo last words) & exit 3'], 'pipe')))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(JSON.parse(stdout)).toEqual({ code: 3, output: 'last words\n' })
})
