#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createWorkbench } from '../workbench/createWorkbench.ts'
import { type Command, readCommand, usage } from './cli/arguments.ts'
import { detect } from './cli/detect.ts'
import { jsonReport, textReport } from './cli/report.ts'
import { UsageError } from './cli/usageError.ts'
import { packageFolder, places } from './places.ts'
import { endingSignals } from './signals.ts'
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
    case 'detect': {
      const stop = new AbortController()
      // The first Ctrl-C cancels and cleans up; Node ends at the second by itself.
      for (const signal of endingSignals) process.once(signal, () => stop.abort())
      const found = await detect(command, {
        open: createWorkbench,
        samplesFolder: places().samples,
        progress: process.stderr,
        signal: stop.signal,
      })
      process.stdout.write(command.json ? `${JSON.stringify(jsonReport(found))}\n` : textReport(found))
      return 0
    }
  }
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
