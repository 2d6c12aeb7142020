// Adds up what the test runs left in a folder and prints "N passed, N failed".
//   node .ci/totals.mjs FOLDER STATUS     STATUS: exit status of the whole test command
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '.results', status = '1'] = process.argv.slice(2)

function reports() {
  try {
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  } catch (error) {
    console.error(`The results cannot be read: ${error.message}`)
    return []
  }
}

let passed = 0
let failed = 0
for (const report of reports()) {
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that could not even be loaded has no failed test to show for it.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length
}
// Linting, types, the build or the installation failed, or nothing ran at all.
if (failed === 0 && (status !== '0' || passed === 0)) failed = 1

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
