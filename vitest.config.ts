import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { findBrowser } from './test/browser.mjs'

export default defineConfig({
  plugins: [vue()],
  test: {
    // Every invocation leaves its counts behind; .ci/run adds them up.
    reporters: ['default', ['json', { outputFile: `.results/vitest-${process.pid}.json` }]],
    // Source files that Node.js cannot load as they are: see src/engine/gradients.ts.
    server: { deps: { inline: [/@tensorflow\/tfjs-core\/dist\/(?!tf-core)/] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.dom.test.ts', 'test/e2e/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: ['test/**/*.dom.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          environment: 'node',
          // test/browser.mjs has said loudly what is left out.
          include:
            findBrowser() === null
              ? ['packaging', 'start', 'interrupt', 'held'].map((name) => `test/e2e/${name}.test.ts`)
              : ['test/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
