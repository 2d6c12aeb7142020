// How fast Residual trains and scores beside PyTorch, TensorFlow.js's WebAssembly and scikit-learn, in one run.
// Usage: npm run bench:speed [-- [--rounds 7] [step] [training] [scoring]]   (all three parts by default)
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { endWithMissed } from './support/bars.ts'
import { measureMachine } from './support/machine.ts'
import { startPython } from './support/python.ts'
import { measureScoring } from './support/speedScoring.ts'
import { measureSteps } from './support/speedSteps.ts'
import { measureTraining } from './support/speedTraining.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' } },
})
const rounds = Number(values.rounds)
const parts = positionals.length > 0 ? positionals : ['step', 'training', 'scoring']

const python = await startPython()
if (typeof python === 'string') console.log(`PyTorch and scikit-learn are left out: ${python}.`)
else console.log(`PyTorch ${python.torch}, scikit-learn ${python.sklearn ?? 'missing'}.`)
const peer = typeof python === 'string' ? null : python

const machine = await measureMachine(availableParallelism())
const single = await measureMachine(1)
console.log(
  `Machine: ${gigas(machine.operations)} Gflop/s on ${machine.threads} threads (${gigas(single.operations)} on one), ` +
    `vectors at ${gigas(machine.bytes)} GB/s (${gigas(single.bytes)}). Medians of ${rounds} alternating rounds.`,
)
if (parts.includes('step')) await measureSteps({ peer, machine, rounds })
if (parts.includes('training')) await measureTraining({ peer, rounds })
if (parts.includes('scoring')) await measureScoring({ peer, rounds })
peer?.close()
endWithMissed()

function gigas(rate: number): string {
  return (rate / 1e9).toFixed(1)
}
