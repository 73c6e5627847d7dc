/**
 * Edits of a file that writes one thing in several places: `&line` once, `*line` wherever it stands again. An edit names
 * one place; made to what is shared it would change the others unseen.
 */
import { Document, isAlias, isMap, isScalar, isSeq, visit } from 'yaml'
import { sameData } from '#shared/same-data'
import type { Edit } from './edits.ts'

/**
 * Makes an edit. Refused where it would mean anything else than it would with every alias written out; then the document
 * is of no more use.
 */
export function applyEdit(doc: Document, edit: Edit): string | undefined {
  const written = writtenOut(doc)
  const problem = edit(doc)
  if (problem || !written) return problem
  const otherwise = edit(written)
  if (otherwise) return otherwise
  const place = firstDifference(doc, doc.contents, written.toJS(), [])
  return place && sharedText(place)
}

/** A copy without aliases; undefined where the document has none. */
function writtenOut(doc: Document): Document | undefined {
  let some = false
  visit(doc, (_key, node) => {
    some = isAlias(node)
    return some ? visit.BREAK : undefined
  })
  return some ? new Document(doc.toJS(), { aliasDuplicateObjects: false }) : undefined
}

type Place = readonly string[]

/** Where a node does not say what it should, in words: `plcs`, `"Press"`, `tags`. */
function firstDifference(doc: Document, node: unknown, meant: unknown, at: Place): Place | undefined {
  const target: unknown = isAlias(node) ? node.resolve(doc) : node
  if (isSeq(target) && Array.isArray(meant)) {
    if (target.items.length !== meant.length) return at
    for (const [index, item] of target.items.entries()) {
      const place = firstDifference(doc, item, meant[index], [...at, itemText(meant[index], index)])
      if (place) return place
    }
    return undefined
  }
  if (isMap(target) && isGroup(meant)) {
    for (const key of new Set([...target.items.map((pair) => keyText(pair.key)), ...Object.keys(meant)])) {
      const value = target.items.find((pair) => keyText(pair.key) === key)?.value
      const place = firstDifference(doc, value, meant[key], [...at, key])
      if (place) return place
    }
    return undefined
  }
  const data = isScalar(target) ? target.value : isMap(target) || isSeq(target) ? target.toJS(doc) : null
  // An alias that has lost what it stands for is no value that is absent.
  return sameData(data, meant) && !(isAlias(node) && target === undefined) ? undefined : at
}

function isGroup(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

function itemText(item: unknown, index: number): string {
  return isGroup(item) && typeof item.name === 'string' ? JSON.stringify(item.name) : `[${index + 1}]`
}

function sharedText(place: Place): string {
  return `${place.join(' ')}: would be changed, too, since the file writes several places as one (& and *), and this change is meant for one of them. Write the values out in each place with a text editor and reload the configuration; then make the change again.`
}
