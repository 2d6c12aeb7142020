import { describe, expect, it } from 'vitest'
import {
  droppedFiles,
  pastedFile,
  takenFile,
  takesLetters,
  takesText,
} from '../../../renderer/shell/files.ts'
import type { DesktopHost } from '../../../src/contract/host.ts'

const file = (name: string) => new File(['a,b'], name)
const transfer = (files: File[], directory = false) =>
  ({
    files,
    items: files.map(() => ({ webkitGetAsEntry: () => ({ isDirectory: directory }) })),
  }) as unknown as DataTransfer

describe('files from outside', () => {
  it('come with their path on the desktop and without one in a browser', () => {
    const host = { pathForFile: () => '/data/pumps.csv' } as Partial<DesktopHost> as DesktopHost
    expect(takenFile(file('pumps.csv'), host).path).toBe('/data/pumps.csv')
    expect(takenFile(file('pumps.csv'), undefined).path).toBe(null)
  })

  it('are refused in words when dropped together, as a folder, or not at all', () => {
    expect(() => droppedFiles(transfer([file('a'), file('b')]), undefined)).toThrow('2 files were dropped')
    expect(() => droppedFiles(transfer([file('folder')], true), undefined)).toThrow('folder is a folder')
    expect(() => droppedFiles(transfer([]), undefined)).toThrow('Nothing that was dropped is a file')
    expect(droppedFiles(transfer([file('a.csv')]), undefined).table?.name).toBe('a.csv')
  })

  it('are told apart by name: a model and a table may come together', () => {
    const { table, model } = droppedFiles(transfer([file('Pumps.ONNX'), file('new.csv')]), undefined)
    expect([table?.name, model?.name]).toEqual(['new.csv', 'Pumps.ONNX'])
    expect(() => droppedFiles(transfer([file('a.onnx'), file('b.onnx')]), undefined)).toThrow('and one model')
  })

  it('carry pasted cells as they are', async () => {
    const pasted = pastedFile('a\tb\n1\t2')
    expect([pasted.name, await pasted.blob.text()]).toEqual(['Pasted table.csv', 'a\tb\n1\t2'])
  })
})

describe('where keys belong', () => {
  it.each([
    ['<input>', true, true],
    ['<textarea></textarea>', true, true],
    ['<select></select>', false, true],
    ['<input type="file">', false, false],
    ['<button></button>', false, false],
  ])('%s takes text: %s, letters: %s', (html, text, letters) => {
    const holder = document.createElement('div')
    holder.innerHTML = html
    const element = holder.firstElementChild
    expect([takesText(element), takesLetters(element)]).toEqual([text, letters])
  })
})
