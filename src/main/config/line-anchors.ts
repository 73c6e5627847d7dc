/** Lines by which two long texts can be held against each other (B. Cohen, "patience diff"). */

/** Pairs of lines that stand exactly once in each text, as many as keep their order, growing in both. */
export function commonAnchors(a: readonly string[], b: readonly string[]): [number, number][] {
  const inB = onlyOnce(b)
  const pairs: [number, number][] = []
  for (const [line, i] of onlyOnce(a)) {
    const j = inB.get(line)
    if (i !== undefined && j !== undefined) pairs.push([i, j])
  }
  return longestGrowing(pairs)
}

/** Line to its index; undefined for one that stands several times. In the order of the lines. */
function onlyOnce(lines: readonly string[]): Map<string, number | undefined> {
  const found = new Map<string, number | undefined>()
  for (const [index, line] of lines.entries()) found.set(line, found.has(line) ? undefined : index)
  return found
}

/** Of pairs that grow in the first, the most that grow in the second, too. */
function longestGrowing(pairs: readonly [number, number][]): [number, number][] {
  // By length of the run: the pair that ends it with the smallest second.
  const ends: number[] = []
  const before = new Int32Array(pairs.length).fill(-1)
  const second = (index: number | undefined) => (index === undefined ? -1 : (pairs[index]?.[1] ?? -1))
  for (const [index, [, j]] of pairs.entries()) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (second(ends[middle]) < j) low = middle + 1
      else high = middle
    }
    before[index] = low === 0 ? -1 : (ends[low - 1] ?? -1)
    ends[low] = index
  }
  const out: [number, number][] = []
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    const pair = pairs[index]
    if (pair) out.push(pair)
  }
  return out.reverse()
}
