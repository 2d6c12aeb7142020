import { type ParseArgsConfig, parseArgs } from 'node:util'
import { nearMisses } from './columns.ts'
import { UsageError } from './usageError.ts'

type KnownOptions = NonNullable<ParseArgsConfig['options']>

/**
 * The words with every option's value joined to it, so that a strict parse takes them as they are meant;
 * `--seed -1` has a value, though one that starts with a dash.
 * Throws a UsageError that names the option for whatever a strict parse would refuse.
 */
export function joinedOptions(words: readonly string[], known: KnownOptions): string[] {
  const { tokens } = parseArgs({
    args: [...words],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  return tokens.flatMap((token) => {
    if (token.kind === 'option-terminator') return ['--']
    if (token.kind === 'positional') return [token.value]
    const { name, rawName, value } = token
    const option = Object.hasOwn(known, name) ? known[name] : undefined
    if (option === undefined || rawName !== `--${name}`) throw unknownOption(rawName, Object.keys(known))
    if (option.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value; "${value}" was given.`)
      return [rawName]
    }
    if (value === undefined) throw new UsageError(`${rawName} needs a value after it.`)
    // A forgotten value would swallow the option that follows.
    if (!token.inlineValue && /^-(?!\d)/.test(value))
      throw new UsageError(
        `${rawName} needs a value, but "${value}" follows it. If that is the value, write ${rawName}=${value}.`,
      )
    return [`${rawName}=${value}`]
  })
}

function unknownOption(name: string, known: readonly string[]): UsageError {
  const near = nearMisses(name.replace(/^-+/, ''), known).map((one) => `--${one}`)
  return new UsageError(
    `There is no option ${name}.${near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : ''}`,
  )
}
