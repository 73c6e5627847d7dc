/** Which rows are selected, as in a file manager: click, Ctrl+click, Shift+click or Shift+arrow. Pure. */
export interface Selection {
  /** Key of the row with the keyboard. */
  readonly active: string | undefined
  /** From here Shift extends. */
  readonly anchor: string | undefined
  readonly keys: ReadonlySet<string>
}

export const noSelection: Selection = { active: undefined, anchor: undefined, keys: new Set() }

export function select(
  before: Selection,
  key: string,
  how: { readonly extend: boolean; readonly toggle: boolean },
  order: readonly { readonly key: string }[],
): Selection {
  if (how.extend && before.anchor !== undefined) {
    const from = order.findIndex((row) => row.key === before.anchor)
    const to = order.findIndex((row) => row.key === key)
    if (from >= 0 && to >= 0) {
      const rows = order.slice(Math.min(from, to), Math.max(from, to) + 1)
      return { active: key, anchor: before.anchor, keys: new Set(rows.map((row) => row.key)) }
    }
  }
  if (how.toggle) {
    const keys = new Set(before.keys)
    if (keys.has(key)) keys.delete(key)
    else keys.add(key)
    return { active: key, anchor: key, keys }
  }
  return { active: key, anchor: key, keys: new Set([key]) }
}
