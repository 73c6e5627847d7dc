/**
 * The changes of the contract, made to the text of a configuration file. Pure, and in plain data both ways, so that it can
 * run beside the gateway: reading a file of 50,000 tags takes seconds.
 */
import type { ConfigEdit } from '#shared/contract/edits'
import {
  addEntry,
  addPlc,
  type Edit,
  type FileKeys,
  removeEntry,
  removePlc,
  renameEntry,
  renamePlc,
  setEntry,
  setKeys,
  setPin,
  setPlc,
  together,
} from './edits.ts'
import { excerptOf } from './excerpt.ts'
import { edited, type MadeConfig, type MadeText, readConfigText } from './file.ts'
import { importIncumbent, incumbentKeys } from './incumbent.ts'
import type { ParsedConfig } from './parse.ts'
import { removePassword, setPassword } from './password-edit.ts'
import { addTags, removeTags, setTags } from './tag-edits.ts'

/**
 * All of the edits, or a text that says which one can't be made. A file of another product is imported with its first
 * change: what an edit leaves to the default means no there, and yes in every text that speaks of it.
 */
export function changeText(text: string, file: string, edits: readonly ConfigEdit[]): MadeConfig {
  const imported = mayBeIncumbents.test(text) ? importIncumbent(text) : { ok: true as const, text, changes: [] }
  if (!imported.ok) return { ok: false, error: imported.problems.map((problem) => problem.text).join(' ') }
  const secrets = new Map<string, string>()
  const edit = together(...edits.map((one) => toEdit(one, secrets)))
  const made = editedExcerpt(imported.text, edits, edit) ?? edited(imported.text, edit)
  if (!made.ok) return made
  const parsed = withNote(readConfigText(made.text, file), imported.changes)
  return { ok: true, text: made.text, parsed, secrets: [...secrets] }
}

/** To look closer takes long where the file is long. */
const mayBeIncumbents = new RegExp(`\\b(${incumbentKeys.join('|')})["']?\\s*:`)

function withNote(parsed: ParsedConfig, changes: readonly string[]): ParsedConfig {
  if (!parsed.ok || changes.length === 0) return parsed
  const text = `the file was written by another product. What it leaves out was written out with this change, and its own keys were removed (${changes.length} places); it is a file of this product now. The version before is kept beside it as .bak.`
  return { ...parsed, warnings: [{ severity: 'warning', path: '', line: 1, column: 1, text }, ...parsed.warnings] }
}

/** Without the tags that no edit names; undefined where only the whole text can be edited. */
function editedExcerpt(text: string, edits: readonly ConfigEdit[], edit: Edit): MadeText | undefined {
  const excerpt = excerptOf(text, edits)
  const made = excerpt && edited(excerpt.text, edit, text)
  if (!made?.ok) return made
  const whole = excerpt?.restore(made.text)
  return whole === undefined ? undefined : { ok: true, text: whole }
}

/** `secrets` gets the passwords, by the names under which the changed text refers to them. */
function toEdit(edit: ConfigEdit, secrets: Map<string, string>): Edit {
  switch (edit.kind) {
    case 'set':
      return setKeys(fileKeys(edit.keys))
    case 'add-plc':
      return addPlc({ ...fileKeys(edit.plc), name: edit.plc.name })
    case 'set-plc':
      return setPlc(edit.plc, fileKeys(edit.keys))
    case 'rename-plc':
      return renamePlc(edit.plc, edit.to)
    case 'remove-plc':
      return removePlc(edit.plc)
    case 'set-pin':
      return setPin(edit.plc, edit.pin)
    case 'add-tags':
      return addTags(
        edit.plc,
        edit.tags.map(({ name, ...keys }) => ({ name, keys: fileKeys(keys) })),
      )
    case 'set-tags':
      return setTags(
        edit.plc,
        edit.tags.map(({ name, keys }) => ({ name, keys: fileKeys(keys) })),
      )
    case 'remove-tags':
      return removeTags(edit.plc, edit.tags)
    case 'add-entry':
      return addEntry(edit.service, { ...fileKeys(edit.entry), name: edit.entry.name })
    case 'set-entry':
      return setEntry(edit.entry.service, edit.entry.name, fileKeys(edit.keys))
    case 'rename-entry':
      return renameEntry(edit.entry.service, edit.entry.name, edit.to)
    case 'remove-entry':
      return removeEntry(edit.entry.service, edit.entry.name)
    case 'set-password': {
      const { entry, password } = edit
      return password === null ? removePassword(entry) : setPassword(entry, (name) => secrets.set(name, password))
    }
  }
}

type Input = { readonly [key: string]: FileKeys[string] | null }

/** null removes a key: in the file's own functions that is undefined. */
function fileKeys(keys: Input): FileKeys {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, value ?? undefined]))
}
