#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, readCommand } from './cli/arguments.ts'
import { detect, resume } from './cli/detect.ts'
import { enginesReport } from './cli/engines.ts'
import { jsonReport, textReport } from './cli/report.ts'
import { score } from './cli/score.ts'
import { jsonScoreReport, textScoreReport } from './cli/scoreReport.ts'
import type { CommandContext } from './cli/session.ts'
import { settingsReport } from './cli/settingsReport.ts'
import { isStreamed, scoreInStream, textStreamReport } from './cli/streamedScore.ts'
import { supervise, supervisor } from './cli/supervise.ts'
import { usage } from './cli/usage.ts'
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
    case 'settings':
      process.stdout.write(settingsReport())
      return 0
    case 'engines': {
      const { engineStatuses } = await import('../engine/engines.ts')
      process.stdout.write(enginesReport(await engineStatuses(), command.json))
      return 0
    }
    default:
      return runSupervised(command)
  }
}

type LongCommand = Extract<Command, { command: 'detect' | 'resume' | 'score' }>

/** How long an interrupted training has to score and save what it reached, in milliseconds. */
const savingPatience = 20_000

/** Training and scoring compute without a pause at times, so they run in a process that this one can end. */
async function runSupervised(command: LongCommand): Promise<number> {
  const watched = supervisor()
  if (watched === null) {
    const keeps = command.command !== 'score' && command.project !== undefined
    return supervise(fileURLToPath(import.meta.url), process.argv.slice(2), {
      ...(keeps ? { patience: savingPatience } : {}),
    })
  }
  // Only now: the watching process has no use for it.
  const { createWorkbench } = await import('../workbench/createWorkbench.ts')
  const context = {
    ...watched,
    open: createWorkbench,
    samplesFolder: places().samples,
    progress: process.stderr,
  }
  process.stdout.write(await report(command, context))
  return Number(process.exitCode ?? 0)
}

async function report(command: LongCommand, context: CommandContext): Promise<string> {
  if (command.command === 'score' && (await isStreamed(command))) {
    const found = await scoreInStream(command, context)
    return command.json ? `${JSON.stringify(found)}\n` : textStreamReport(found)
  }
  if (command.command === 'score') {
    const found = await score(command, context)
    return command.json ? `${JSON.stringify(jsonScoreReport(found))}\n` : textScoreReport(found)
  }
  const found = await (command.command === 'detect' ? detect(command, context) : resume(command, context))
  return command.json ? `${JSON.stringify(jsonReport(found))}\n` : textReport(found)
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
