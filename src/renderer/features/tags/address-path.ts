/** A tag's address taken apart, as a person sees it: `Program:Main.Tank[3].Level` → root `Program:Main.Tank`, `[3]`, `.Level`. */

export interface AddressPath {
  /** Program of the tag; absent: a controller tag. */
  readonly program?: string
  /** Name of the tag itself, with its program before it. */
  readonly root: string
  /** Members, elements and bits below it, each with its sign: `.Level`, `[3]`, `[1,2]`. */
  readonly steps: readonly string[]
}

const programPattern = /^Program:([^.[]+)\./i

export function addressPath(address: string): AddressPath {
  const program = programPattern.exec(address)
  const from = program?.[0].length ?? 0
  const end = address.slice(from).search(/[.[]/)
  const root = end < 0 ? address : address.slice(0, from + end)
  const steps = address.slice(root.length).match(/\.[^.[]+|\[[^\]]*\]/g) ?? []
  return { ...(program?.[1] === undefined ? {} : { program: program[1] }), root, steps }
}

/** What a row of the tree is called: the last step without its dot, or the root without its program. */
export function stepLabel(step: string): string {
  return step.startsWith('.') ? step.slice(1) : step
}

export function rootLabel(root: string): string {
  return root.replace(programPattern, '')
}

/** Addresses of an array's elements; `more` where there are more than `most`. */
export function elementSteps(
  dims: readonly number[],
  most: number,
): { readonly steps: readonly string[]; readonly more: number } {
  const total = dims.reduce((product, length) => product * length, 1)
  const steps: string[] = []
  for (let flat = 0; flat < Math.min(total, most); flat++) {
    let rest = flat
    const indices: number[] = []
    for (const length of [...dims].reverse()) {
      indices.unshift(rest % length)
      rest = Math.floor(rest / length)
    }
    steps.push(`[${indices.join(',')}]`)
  }
  return { steps, more: Math.max(0, total - most) }
}
