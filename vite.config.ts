import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Packages whose files Node.js cannot load as they are: see src/engine/gradients.ts. */
const bundledPackages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu']

// One build, three environments: the page, everything that runs on Node, and the sandboxed preload
// script, which Electron accepts as CommonJS only.
export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [vue()],
  builder: {
    async buildApp(builder) {
      for (const name of ['client', 'node', 'preload']) {
        const environment = builder.environments[name]
        if (environment) await builder.build(environment)
      }
    },
  },
  environments: {
    client: { build: { outDir: at('dist/renderer'), emptyOutDir: true, target: 'chrome140' } },
    node: {
      consumer: 'server',
      resolve: { external: true, noExternal: bundledPackages, builtins: [/^node:/, 'electron'] },
      build: {
        ssr: true,
        copyPublicDir: false,
        outDir: at('dist'),
        emptyOutDir: false,
        target: 'node20',
        minify: false,
        rolldownOptions: {
          input: {
            'electron/main': at('electron/main.ts'),
            'electron/core': at('electron/core.ts'),
            'hosts/web': at('src/hosts/web.ts'),
            'hosts/cli': at('src/hosts/cli.ts'),
          },
          external: ['electron'],
          output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        ssr: true,
        copyPublicDir: false,
        outDir: at('dist/electron'),
        emptyOutDir: false,
        target: 'node20',
        minify: false,
        rolldownOptions: {
          input: at('electron/preload.ts'),
          external: ['electron'],
          output: { format: 'cjs', entryFileNames: 'preload.cjs' },
        },
      },
    },
  },
})
