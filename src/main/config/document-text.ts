/** An edited YAML document back to text, with the layout of the text it came from wherever it was not edited. */
import type { Document, ToStringOptions } from 'yaml'
import { sameData } from '#shared/same-data'
import { carryOver } from './line-diff.ts'
import { readData } from './yaml-text.ts'

/**
 * To be asked before `doc`, which was parsed from `original`, is changed; gives its text after that. Comments, unknown
 * keys, blank lines, aligned comments, line ends and a byte order mark stay; lines that were edited get the layout of
 * the YAML printer. `layout`: the text to take the style of lists from, where the original is a part of it.
 */
export function keepLayout(doc: Document, original: string, layout = original): () => string {
  const crlf = /\r\n/.test(original)
  const mark = original.startsWith('\uFEFF') ? '\uFEFF' : ''
  const unix = original.slice(mark.length).replaceAll('\r\n', '\n')
  // Indented lists in both, whatever the file has: list and keys then never share an indentation.
  const plainOptions: ToStringOptions = {
    lineWidth: 0,
    indentSeq: true,
    flowCollectionPadding: /[[{] +[^ #]/.test(layout),
  }
  const plain = doc.toString(plainOptions)
  return () => {
    const edited = doc.toString(plainOptions)
    const carried = carryOver(unix, plain, edited)
    const text =
      carried !== undefined && says(carried, doc)
        ? carried
        : doc.toString({ ...plainOptions, indentSeq: !flatLists.test(layout) })
    return mark + (crlf ? text.replaceAll('\n', '\r\n') : text)
  }
}

/** A list whose dashes stand under the first letter of its key. */
const flatLists = /^([A-Za-z_]+):[ \t]*(#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*- /m

/** Whether a text has the data of the document: a carried edit is only used where nothing was changed but layout. */
function says(text: string, doc: Document): boolean {
  const { data } = readData(text)
  return data !== undefined && sameData(data, doc.toJS())
}
