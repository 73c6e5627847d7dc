/** Keys of the whole window. */

/** Whether a key press belongs to what is being typed into. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

/** Whether a dialog, menu or list is open, or about to close: the window's keys rest. A list is in the page, hidden, from its first focus on. */
export function isOverlaid(): boolean {
  const over = document.querySelectorAll('[role="dialog"], [role="menu"], .popup')
  return [...over].some((element) => element.closest('[hidden]') === null)
}

/** Puts the focus into the filter of the screen: the first element with `data-filter`. False where it has none. */
export function focusFilter(): boolean {
  const filter = document.querySelector<HTMLInputElement>('main [data-filter]')
  filter?.focus()
  filter?.select()
  return filter !== null
}

/** The letter or sign of a plain key press; undefined with Ctrl, Alt or Meta. */
export function plainKey(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>): string | undefined {
  return event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 ? undefined : event.key
}
