/** Where a key moves the active row of a table: its new index; undefined where the key moves nothing. `at` is -1 at first. */
export function tableMove(key: string, at: number, count: number, pageRows: number): number | undefined {
  if (count === 0) return undefined
  const within = (index: number) => Math.min(count - 1, Math.max(0, index))
  switch (key) {
    case 'ArrowDown':
      return within(at + 1)
    case 'ArrowUp':
      return within(at < 0 ? 0 : at - 1)
    case 'PageDown':
      return within(at + pageRows)
    case 'PageUp':
      return within(at - pageRows)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
