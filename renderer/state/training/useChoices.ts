import { computed, shallowRef } from 'vue'
import { autoFlavours } from '../../../src/contract/flavours.ts'
import type { Flavour, TrainingSettings } from '../../../src/contract/records.ts'

export type Setting = keyof TrainingSettings
/** What a person can write into: a setting, the list of seeds, a number of the kind, the nodes of one layer. */
export type Field = Setting | 'seeds' | `${'flavour' | 'hidden' | 'decoder'}.${string}`

/** What the person chose; everything else is Auto's. */
interface Choices {
  readonly settings: Partial<TrainingSettings>
  /** One run for each; null = one run with the seed of the settings. */
  readonly seeds: readonly number[] | null
  /** What was written and cannot be used. Nothing trains while there is any. */
  readonly refused: ReadonlyMap<Field, string>
}

interface Step {
  readonly before: Choices
  /** What was changed, to tell a second keystroke in a field from a new change. */
  readonly what: string
  readonly at: number
}

const nothing: Choices = { settings: {}, seeds: null, refused: new Map() }
const mostSteps = 100
/** Milliseconds within which changes of the same field are one step: typing "128" is one change, not three. */
const oneChange = 1000

/** A kind with Auto's numbers; which columns are context only a person can say. */
export function asAuto(flavour: Flavour): Flavour {
  return flavour.kind === 'conditional'
    ? { ...autoFlavours.conditional, context: flavour.context }
    : autoFlavours[flavour.kind]
}

/** What the person changed of Auto's settings, with a way back from every change. */
export function useChoices(now: () => number = () => performance.now()) {
  const choices = shallowRef<Choices>(nothing)
  const steps = shallowRef<readonly Step[]>([])

  function put(what: string, next: Choices): void {
    const last = steps.value.at(-1)
    const at = now()
    const continues = last?.what === what && at - last.at < oneChange
    const before = continues ? last.before : choices.value
    const kept = continues ? steps.value.slice(0, -1) : steps.value
    steps.value = [...kept, { before, what, at }].slice(-mostSteps)
    choices.value = next
  }

  /** What stays refused when these fields, and the parts of them, hold what can be used. */
  const without = (fields: readonly string[]): ReadonlyMap<Field, string> =>
    new Map(
      [...choices.value.refused].filter(
        ([refused]) => !fields.some((field) => refused === field || refused.startsWith(`${field}.`)),
      ),
    )

  /**
   * Changes settings; a value equal to Auto's stays marked as chosen.
   * @param part the part of the setting that was written into, where the other parts may be refused still
   */
  function change(fields: Partial<TrainingSettings>, part?: Field): void {
    const written = part === undefined ? Object.keys(fields) : [part]
    const settings = { ...choices.value.settings, ...fields }
    put(written.join(), { ...choices.value, settings, refused: without(written) })
  }

  /** Another kind of autoencoder, with everything but the seeds as Auto has it for that kind. */
  function pick(flavour: Flavour): void {
    const { seed } = choices.value.settings
    const settings = seed === undefined ? { flavour } : { flavour, seed }
    const refused = new Map([...choices.value.refused].filter(([field]) => field === 'seeds'))
    put('kind', { ...choices.value, settings, refused })
  }

  /** Settings of a run in place of everything that was chosen. */
  function replace(settings: Partial<TrainingSettings>): void {
    put('run', { ...nothing, settings })
  }

  function changeSeeds(seeds: readonly number[]): void {
    const { seed: _dropped, ...settings } = choices.value.settings
    const [only, ...more] = seeds
    const next = more.length > 0 || only === undefined ? settings : { ...settings, seed: only }
    const several = more.length > 0 ? seeds : null
    put('seeds', { settings: next, seeds: several, refused: without(['seeds']) })
  }

  /** Keeps what cannot be used as it was written. */
  function refuse(field: Field, text: string): void {
    put(field, { ...choices.value, refused: new Map(choices.value.refused).set(field, text) })
  }

  /** Gives settings back to Auto, or all of them. The kind of autoencoder stays, and the context of a conditional one. */
  function giveBack(...fields: readonly Field[]): void {
    const { flavour } = choices.value.settings
    if (fields.length === 0) {
      put('all', { ...nothing, settings: flavour === undefined ? {} : { flavour: asAuto(flavour) } })
      return
    }
    const kept = Object.entries(choices.value.settings).filter(([name]) => !fields.includes(name as Field))
    const seeds = fields.includes('seeds') ? null : choices.value.seeds
    put(`back ${fields.join()}`, { settings: Object.fromEntries(kept), seeds, refused: without(fields) })
  }

  function undo(): void {
    const last = steps.value.at(-1)
    if (!last) return
    steps.value = steps.value.slice(0, -1)
    choices.value = last.before
  }

  /** Another data set: nothing of what was chosen is about it. */
  function forget(): void {
    choices.value = nothing
    steps.value = []
  }

  return {
    changes: computed(() => choices.value.settings),
    seeds: computed(() => choices.value.seeds),
    refused: computed(() => choices.value.refused),
    canUndo: computed(() => steps.value.length > 0),
    change,
    pick,
    replace,
    changeSeeds,
    refuse,
    giveBack,
    undo,
    forget,
  }
}
