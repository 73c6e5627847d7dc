/** 32-bit floats as decimals: what a REAL holds, in the fewest digits. */

/** Below this a float has fewer than six sure digits. */
const smallestNormal = 2 ** -126

/**
 * The double whose shortest decimal is the shortest decimal of this 32-bit float: 0.1 instead of 0.10000000149011612.
 * Six digits always survive in a float and nine always tell it, so that four tries are enough.
 */
export function shortestReal(float: number): number {
  if (!Number.isFinite(float) || (Number.isInteger(float) && Math.abs(float) <= 0x1000000)) return float
  for (let digits = Math.abs(float) < smallestNormal ? 1 : 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits))
    if (Math.fround(short) === float) return short
  }
  return Number(float.toPrecision(9))
}
