import { settingsJsonSchema } from './checks.ts'

/** A setting, or a field of one: what it is called, where it applies and what it may be. */
export interface SettingForm {
  /** `steps`, `flavour.beta`. */
  readonly name: string
  /** The kinds that have this field, such as `contractive` or `sparse with penalty kl`; none: no matter which. */
  readonly kinds: readonly string[]
  /** As in "a whole number from 1 to 4,096, or null". */
  readonly values: string
}

type Node = Exclude<NonNullable<ReturnType<typeof settingsJsonSchema>['oneOf']>[number], boolean>

const isNode = (node: Node | boolean): node is Node => typeof node === 'object'
const optionsOf = (node: Node): Node[] => (node.oneOf ?? []).filter(isNode).flatMap(variantsOf)
const variantsOf = (node: Node): Node[] => (node.oneOf === undefined ? [node] : optionsOf(node))
const fieldsOf = (node: Node): [string, Node][] =>
  Object.entries(node.properties ?? {}).flatMap(([name, field]) => (isNode(field) ? [[name, field]] : []))
const constantOf = (node: Node, name: string) => new Map(fieldsOf(node)).get(name)?.const

/** Every training setting in the contract's order; a field that kinds share, with the same values, is there once. */
export function settingForms(): SettingForm[] {
  return fieldsOf(settingsJsonSchema()).flatMap(([name, node]) => {
    const variants = optionsOf(node)
    return variants.length === 0 ? [{ name, kinds: [], values: valuesOf(node) }] : fieldForms(name, variants)
  })
}

/** Fields of a setting that has kinds. A constant of a variant, as its kind, is a choice among all variants'. */
function fieldForms(setting: string, variants: readonly Node[]): SettingForm[] {
  const forms: { name: string; values: string; having: Node[] }[] = []
  for (const variant of variants) {
    for (const [field, node] of fieldsOf(variant)) {
      const name = `${setting}.${field}`
      const constants = variants.map((one) => constantOf(one, field)).filter((one) => one !== undefined)
      const values = constants.length > 0 ? choice([...new Set(constants)].map(String)) : valuesOf(node)
      const known = forms.find((one) => one.name === name && one.values === values)
      if (known) known.having.push(variant)
      else forms.push({ name, values, having: [variant] })
    }
  }
  return forms.map(({ name, values, having }) => ({
    name,
    values,
    kinds: having.length === variants.length ? [] : kindWords(having, variants),
  }))
}

/** The kinds of variants; what tells variants of one kind apart is said where not all of them are meant. */
function kindWords(having: readonly Node[], variants: readonly Node[]): string[] {
  const words = having.map((variant) => {
    const kind = constantOf(variant, 'kind')
    const isWhole = variants.every((one) => constantOf(one, 'kind') !== kind || having.includes(one))
    const others = fieldsOf(variant).filter(([name, node]) => name !== 'kind' && node.const !== undefined)
    if (isWhole || others.length === 0) return String(kind)
    return `${kind} with ${others.map(([name, node]) => `${name} ${node.const}`).join(', ')}`
  })
  return [...new Set(words)]
}

function valuesOf(node: Node): string {
  if (node.anyOf) return node.anyOf.filter(isNode).map(valuesOf).join(', or ')
  if (node.enum) return choice(node.enum.map(String))
  switch (node.type) {
    case 'null':
      return 'null'
    case 'boolean':
      return choice(['true', 'false'])
    case 'integer':
      return `a whole number ${rangeOf(node)}`
    case 'number':
      return `a number ${rangeOf(node)}`
    case 'array': {
      const items = typeof node.items === 'object' && !Array.isArray(node.items) ? node.items : null
      return items?.type === 'integer'
        ? `at most ${node.maxItems} whole numbers ${rangeOf(items)} with commas, or [] for none`
        : 'names with commas'
    }
    default:
      return 'text'
  }
}

const choice = (words: readonly string[]) => `one of ${words.join(', ')}`
const rangeOf = ({ minimum = 0, maximum = 0 }: Node) =>
  `from ${numberWord(minimum)} to ${numberWord(maximum)}`
const numberWord = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 12 })
