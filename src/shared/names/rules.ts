/**
 * What may be a name (wire.md §1). Each function gives undefined where the name is fine, else a text that says what is
 * wrong and what is expected. The text does not say which name it is about: the caller puts that before it.
 */
import { shown } from '#shared/shown'

/** Ends that would make a base one of the Kafka topics of another namespace. */
const forbiddenEnds = ['-writes', '-write-responses', '.health', '_health'] as const
const selectorWords = new Set(['writes', 'write-responses', 'write', 'tags', 'health'])
const plcWords = new Set(['packs', '_all', 'write', 'writes', 'tags', 'health'])
const longestTag = 400

/** The unique identifier of an instance: first part of every name it puts on a broker. */
export function namespaceProblem(namespace: string): string | undefined {
  return wordProblem(namespace) ?? endProblem(namespace)
}

/** The rules of `namespaceProblem` one by one, for whoever types: what is asked, and what is wrong ('' where nothing is). */
export function namespaceRules(namespace: string): readonly { readonly rule: string; readonly problem: string }[] {
  return [
    {
      rule: 'Letters, digits, dot, underscore, hyphen; first and last a letter or digit; at most 64',
      problem: wordProblem(namespace) ?? '',
    },
    { rule: `Does not end like a derived name (${forbiddenEnds.join(', ')})`, problem: endProblem(namespace) ?? '' },
  ]
}

/** A selector. `plcNames`: the PLCs of the same configuration, none of which it may be. */
export function selectorProblem(selector: string, plcNames: readonly string[] = []): string | undefined {
  const problem = wordProblem(selector) ?? endProblem(selector)
  if (problem) return problem
  if (selectorWords.has(selector.toLowerCase()))
    return `${quoted(selector)} is a word of the protocol; choose another one`
  if (plcNames.includes(selector)) {
    return `${quoted(selector)} is also the name of a PLC, and their topics would mix; choose another selector`
  }
  return undefined
}

/** A base made of namespace and selector: both can be fine and the whole still be another namespace's topic. */
export function baseProblem(base: string): string | undefined {
  return endProblem(base)
}

/** The name of a PLC, alone; that no two are the same is `repeats` in collisions.ts. */
export function plcNameProblem(name: string): string | undefined {
  const problem = textProblem(name, 100)
  if (problem) return problem
  const bad = /[/+#:]/.exec(name)?.[0]
  if (bad)
    return `${quoted(name)} contains ${quoted(bad)}, which separates or widens names on a broker; leave out / + # :`
  if (name.startsWith('_'))
    return `${quoted(name)} begins with "_", which is reserved for the gateway; begin with another character`
  if (plcWords.has(name.toLowerCase())) return `${quoted(name)} is a word of the protocol; choose another name`
  return undefined
}

/**
 * The address of a tag: `Counter`, `Machine_Status.Clear_Fault`, `Program:Main.Step`, `Arr[3]`, `Word.5`,
 * `Local:1:I.Data`. Its form only: whether the PLC has it is known when it is read. One leading `_` is fine (the I/O of
 * a Micro800 is called so), two are reserved.
 */
export function tagNameProblem(name: string): string | undefined {
  const problem = textProblem(name, longestTag) ?? wildcardProblem(name)
  if (problem) return problem
  if (name.startsWith('__'))
    return `${quoted(name)} begins with "__", which is reserved for the gateway and the controller`
  if (!tagAddress.test(name)) {
    return `${quoted(name)} is no tag address; write it as the PLC's own tools do, such as Counter, Program:Main.Step, Recipe.Set[3] or Word.5`
  }
  return undefined
}
const part = '[A-Za-z_][A-Za-z0-9_]*(?::[A-Za-z0-9_]+)*'
const index = '(?:\\[[0-9]{1,10}(?:,[0-9]{1,10}){0,2}\\])'
const tagAddress = new RegExp(`^${part}${index}*(?:\\.(?:${part}|[0-9]{1,10})${index}*)*$`)

/** The name under which a tag is published instead of its own. */
export function aliasProblem(alias: string): string | undefined {
  const problem = textProblem(alias, longestTag) ?? wildcardProblem(alias)
  if (problem) return problem
  if (alias.startsWith('_'))
    return `${quoted(alias)} begins with "_", which is reserved for the gateway; begin with another character`
  return undefined
}

/** A `client_id` or `consumer_group` of the configuration: it must name the namespace, or two sites would share it. */
export function ownedNameProblem(name: string, namespace: string): string | undefined {
  const problem = textProblem(name, 200)
  if (problem) return problem
  if (!name.includes(namespace)) {
    return `${quoted(name)} does not contain the namespace ${quoted(namespace)}; two sites could share it. Put the namespace into it, or leave the key out`
  }
  return undefined
}

/** The form in which names are compared: no two of a kind may differ in case only. */
export function folded(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function wordProblem(word: string): string | undefined {
  if (word === '') return 'is empty; write 1 to 64 letters, digits, "." "_" or "-"'
  const bad = /[^A-Za-z0-9._-]/u.exec(word)?.[0]
  if (bad) return `${quoted(word)} contains ${quoted(bad)}; use only letters (A-Z, a-z), digits, "." "_" and "-"`
  if (word.length > 64) return `is ${word.length} characters long; at most 64 are allowed`
  if (word.startsWith('_'))
    return `${quoted(word)} begins with "_", which is reserved for the gateway; begin with a letter or digit`
  if (!/^[A-Za-z0-9]/.test(word)) return `${quoted(word)} must begin with a letter or digit`
  if (!/[A-Za-z0-9]$/.test(word)) return `${quoted(word)} must end in a letter or digit`
  return undefined
}

function endProblem(text: string): string | undefined {
  const end = forbiddenEnds.find((candidate) => text.endsWith(candidate))
  return (
    end &&
    `${quoted(text)} ends in ${quoted(end)}: its Kafka topic would belong to another namespace; choose another ending`
  )
}

function wildcardProblem(text: string): string | undefined {
  const bad = /[+#]/.exec(text)?.[0]
  return bad && `${quoted(text)} contains ${quoted(bad)}, a wildcard of MQTT; leave it out`
}

/** Printable, NFC, no outer spaces. Invisible characters and other kinds of space make two names look the same. */
function textProblem(text: string, longest: number): string | undefined {
  if (text === '') return 'is empty'
  const length = [...text].length
  if (length > longest) return `is ${length} characters long; at most ${longest} are allowed`
  const bad = unprintable.exec(text)?.[0]
  if (bad) return `contains an unprintable character (${codePoint(bad)}); retype it without`
  if (text !== text.trim()) return `${quoted(text)} begins or ends with a space; remove it`
  if (text !== text.normalize('NFC')) return `${quoted(text)} is not in Unicode normal form NFC; retype it`
  return undefined
}
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|(?! )\p{Zs}/u

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function quoted(text: string): string {
  return JSON.stringify(shown(text, 80))
}
