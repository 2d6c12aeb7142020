#!/usr/bin/env node
// The command `residual` in a clone: builds what is stale, then runs the built command line.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildIfStale, root } from './build.mjs'

// `npm run cli` moves to the package's folder; file names are meant from where the person stood.
if (process.env.npm_lifecycle_event === 'cli' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD)

try {
  await buildIfStale()
  await import(pathToFileURL(join(root, 'dist/hosts/cli.js')).href)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
