// Builds one TypeScript benchmark and runs it: `node bench/run.mjs bench/step.ts [its own arguments]`.
// A real build, not a dev-time module runner, so that hot loops are measured as they ship.
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '..')
const [file] = process.argv.splice(2, 1)
if (file === undefined) {
  console.error('usage: node bench/run.mjs bench/NAME.ts [arguments]')
  process.exit(2)
}
const name = basename(file, '.ts')
const folder = join(root, 'dist', 'bench', name)

await build({
  configFile: false,
  root,
  logLevel: 'error',
  publicDir: false,
  // The same exceptions as in vite.config.ts.
  ssr: { external: true, noExternal: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'] },
  build: {
    ssr: resolve(file),
    outDir: folder,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: 'inline',
    rolldownOptions: { output: { format: 'es', entryFileNames: `${name}.js` } },
  },
})
await import(pathToFileURL(join(folder, `${name}.js`)).href)
