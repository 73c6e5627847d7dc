/** To whom a namespace belongs, and whether it passes to us by itself (isolation.md §3). Pure. */
import type { OwnerRecord, PlcMark } from '#shared/isolation'
import type { ClaimFacts, EntryFacts, EntrySetup, Grant, Self } from './model.ts'

/** `taken-over`: a person said that it is ours from now on. */
export type Ownership = 'none' | 'ours' | 'same-controllers' | 'taken-over' | 'foreign'

export function ownershipOf(entry: EntryFacts, facts: Pick<ClaimFacts, 'plcs' | 'grant'>, self: Self): Ownership {
  const { owner } = entry
  if (!owner) return 'none'
  if (owner.instance === self.instance) return 'ours'
  if (facts.grant && covers(facts.grant, owner, self)) return 'taken-over'
  return sameControllers(owner.plcs, facts.plcs) ? 'same-controllers' : 'foreign'
}

/** Not good against somebody who took it back from us. */
function covers({ from }: Grant, owner: OwnerRecord, self: Self): boolean {
  return from.includes(owner.instance) && owner.takeover?.from.instance !== self.instance
}

/**
 * Whether every controller of the record is connected here now, under the same name. At least one; serial 0 and unknown
 * ones are never the same.
 */
export function sameControllers(theirs: readonly PlcMark[], ours: ClaimFacts['plcs']): boolean {
  return (
    theirs.length > 0 &&
    theirs.every(({ name, vendor, serial }) =>
      ours.some(
        (plc) => plc.connected && serial !== 0 && plc.name === name && plc.vendor === vendor && plc.serial === serial,
      ),
    )
  )
}

/** How long one listens on this entry before the first write, in ms. */
export function listeningMs(setup: EntrySetup, entry: EntryFacts, ownership: Ownership): number {
  const known = ownership === 'ours' || ownership === 'same-controllers' || (ownership === 'none' && entry.noted)
  return known && !entry.lateHealth ? setup.shortMs : setup.longMs
}
