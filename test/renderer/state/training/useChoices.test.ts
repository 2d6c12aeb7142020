import { describe, expect, it } from 'vitest'
import { useChoices } from '../../../../renderer/state/training/useChoices.ts'
import { autoFlavours } from '../../../../src/contract/flavours.ts'

/** Choices under a clock that stands still until it is told. */
function opened() {
  let clock = 0
  const choices = useChoices(() => clock)
  const later = () => {
    clock += 5000
  }
  return { ...choices, later }
}

describe('what a person chooses', () => {
  it('is taken back change by change, typing counted as one', () => {
    const { changes, change, undo, canUndo, later } = opened()
    change({ steps: 1 })
    change({ steps: 12 })
    change({ steps: 120 })
    change({ copies: 2 })
    later()
    change({ copies: 3 })
    undo()
    expect(changes.value).toEqual({ steps: 120, copies: 2 })
    undo()
    expect(changes.value).toEqual({ steps: 120 })
    undo()
    expect([changes.value, canUndo.value]).toEqual([{}, false])
    undo()
    expect(changes.value).toEqual({})
  })

  it('begins anew with another kind, but for the seeds; one step back is all as before', () => {
    const { changes, seeds, change, changeSeeds, refuse, refused, pick, undo, later } = opened()
    change({ steps: 120 })
    changeSeeds([4, 5])
    refuse('hidden.0', 'x')
    later()
    pick(autoFlavours.sparse)
    expect([changes.value, seeds.value, refused.value.size]).toEqual([
      { flavour: autoFlavours.sparse },
      [4, 5],
      0,
    ])
    undo()
    expect([changes.value, seeds.value, [...refused.value]]).toEqual([
      { steps: 120 },
      [4, 5],
      [['hidden.0', 'x']],
    ])
  })

  it('keeps one seed as a setting and several as runs', () => {
    const { changes, seeds, changeSeeds, giveBack } = opened()
    changeSeeds([7])
    expect([changes.value, seeds.value]).toEqual([{ seed: 7 }, null])
    changeSeeds([7, 8])
    expect([changes.value, seeds.value]).toEqual([{}, [7, 8]])
    giveBack('seeds', 'seed')
    expect([changes.value, seeds.value]).toEqual([{}, null])
  })

  it('refuses the layers one by one, and forgets them all with their list', () => {
    const { refused, refuse, change, giveBack } = opened()
    refuse('hidden.0', 'x')
    refuse('hidden.1', 'y')
    refuse('steps', 'z')
    change({ hidden: [8, 4] }, 'hidden.0')
    expect([...refused.value.keys()]).toEqual(['hidden.1', 'steps'])
    giveBack('hidden')
    expect([...refused.value.keys()]).toEqual(['steps'])
  })

  it('goes back to Auto as a whole: the kind and its context stay, the kind’s numbers do not', () => {
    const { changes, seeds, refused, change, changeSeeds, refuse, giveBack } = opened()
    change({ flavour: { ...autoFlavours.conditional, context: ['pump'], beta: 9 }, steps: 9 })
    changeSeeds([1, 2])
    refuse('code', 'x')
    giveBack()
    expect([changes.value, seeds.value, refused.value.size]).toEqual([
      { flavour: { ...autoFlavours.conditional, context: ['pump'] } },
      null,
      0,
    ])
  })
})
