/** The networks that a person types for a search. Pure. */
import { mostNetworks, parseSubnet } from '#shared/subnet'

/** Each as the gateway takes it; `problem` says what is wrong and what to do, '' where nothing is. */
export function networksOf(text: string): { readonly list: readonly string[]; readonly problem: string } {
  // A range may have blanks around its dash.
  const list = text
    .replace(/\s*-\s*/g, '-')
    .split(/[,\s]+/)
    .filter(Boolean)
  for (const one of list) {
    const subnet = parseSubnet(one)
    if (!subnet.ok) return { list, problem: subnet.text }
  }
  const problem =
    list.length > mostNetworks
      ? `${list.length} networks, at most ${mostNetworks} are searched at once. Search in parts.`
      : ''
  return { list, problem }
}
