#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, type DetectArguments, readCommand, usage } from './cli/arguments.ts'
import { detect } from './cli/detect.ts'
import { jsonReport, textReport } from './cli/report.ts'
import { supervise, supervisor } from './cli/supervise.ts'
import { UsageError } from './cli/usageError.ts'
import { packageFolder, places } from './places.ts'
import { runWebHost } from './web.ts'

// A reader that stops early (`| head`) is no failure; anything else about the stream is.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

async function run(command: Command): Promise<number> {
  switch (command.command) {
    case 'help':
      process.stdout.write(`${usage}\n`)
      return 0
    case 'version': {
      const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8'))
      process.stdout.write(`${version}\n`)
      return 0
    }
    case 'serve':
      await runWebHost({ ...command, folder: command.project })
      return Number(process.exitCode ?? 0)
    case 'detect':
      return runDetect(command)
  }
}

/** Detection computes without a pause at times, so it runs in a process that this one can end. */
async function runDetect(command: DetectArguments): Promise<number> {
  const watched = supervisor()
  if (watched === null) return supervise(fileURLToPath(import.meta.url), process.argv.slice(2))
  // Only now: the watching process has no use for it.
  const { createWorkbench } = await import('../workbench/createWorkbench.ts')
  const found = await detect(command, {
    ...watched,
    open: createWorkbench,
    samplesFolder: places().samples,
    progress: process.stderr,
  })
  process.stdout.write(command.json ? `${JSON.stringify(jsonReport(found))}\n` : textReport(found))
  return 0
}

async function main(): Promise<number> {
  try {
    return await run(readCommand(process.argv.slice(2)))
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    if (thrown instanceof UsageError) {
      process.stderr.write(`residual: ${message}\nSee residual --help.\n`)
      return 2
    }
    const cancelled = thrown instanceof Error && thrown.name === 'AbortError'
    process.stderr.write(cancelled ? 'residual: interrupted\n' : `residual: ${message}\n`)
    return cancelled ? 130 : 1
  }
}

void main().then((code) => {
  // Written out first: process.exit drops what a pipe has not taken yet.
  process.stdout.write('', () => process.exit(code))
})
