import { expect, it } from 'vitest'
import { coreArguments } from '../../src/hosts/forkCore.ts'

it('hands a core what was chosen, and leaves out what was not', () => {
  const places = { folder: 'f', samplesFolder: 's' }
  const named = ['--folder', 'f', '--samples', 's']
  expect(coreArguments(places)).toEqual(named)
  expect(coreArguments({ ...places, engine: 'onnx', threads: 2, fallback: 'reference' })).toEqual([
    ...named,
    ...['--engine', 'onnx', '--threads', '2', '--fallback', 'reference'],
  ])
})
