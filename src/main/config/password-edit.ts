/** The password of an entry: the file names it, the store has it. */
import { type Document, isSeq } from 'yaml'
import { type EntryId, services } from '#shared/broker'
import { type Data, isGroup } from './data.ts'
import { type Edit, setEntry } from './edits.ts'
import { referenceOf } from './fields.ts'
import { secretName, secretReference } from './secrets.ts'

/**
 * Refers the entry to a name of its own: where another one's password is kept, that one would be sent this password from
 * then on. `onName` hears the name under which the store has to keep it.
 */
export function setPassword(entry: EntryId, onName: (name: string) => void): Edit {
  return (doc) => {
    const name = ownName(doc, entry)
    const problem = setEntry(entry.service, entry.name, { password: secretReference(name) })(doc)
    if (!problem) onName(name)
    return problem
  }
}

export const removePassword = ({ service, name }: EntryId): Edit => setEntry(service, name, { password: undefined })

/** The name it has, or a new one where it has none or shares it. An entry that was renamed keeps the name of before. */
function ownName(doc: Document, entry: EntryId): string {
  const taken = new Set<string>()
  let own: string | undefined
  for (const service of services) {
    const list = doc.get(service)
    const items: Data = isSeq(list) ? list.toJS(doc) : []
    for (const item of Array.isArray(items) ? items : []) {
      if (!isGroup(item)) continue
      for (const key of ['username', 'password'] as const) {
        const name = nameIn(item[key])
        if (name === undefined) continue
        if (key === 'password' && service === entry.service && item.name === entry.name) own = name
        else taken.add(name)
      }
    }
  }
  return own !== undefined && !taken.has(own) ? own : secretName(entry, taken)
}

function nameIn(value: Data | undefined): string | undefined {
  const reference = typeof value === 'string' ? referenceOf(value) : undefined
  return reference?.kind === 'secret' ? reference.name : undefined
}
