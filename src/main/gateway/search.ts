/** Looks for controllers on the network for the window. */
import { asError } from '#main/link'
import { discover } from '#main/plcs/discovery/index'
import type { DiscoverItem } from '#shared/contract/plcs'
import type { FoundDevice } from '#shared/discovery'
import type { DiscoveredDevice } from '#shared/plc'

/** CIP device type of a module that carries the network and no program (CIP Vol. 1, 6-1). */
const communicationsAdapter = 0x0c

/**
 * By broadcast, then each of these networks, one after the other; each device is told once. Ends when all are asked, or
 * with the window. Returns how to stop.
 */
export function searchDevices(subnets: readonly string[], emit: (item: DiscoverItem) => void): () => void {
  const leaving = new AbortController()
  const { signal } = leaving
  const seen = new Set<string>()
  const problems: string[] = []

  async function search(sweep: string | undefined): Promise<void> {
    const only = sweep === undefined ? {} : { sweep, interfaces: [] }
    for await (const step of discover({ ...only, signal })) {
      switch (step.kind) {
        case 'found': {
          const { address } = step.device
          if (!seen.has(address)) emit({ kind: 'found', device: deviceOf(step.device) })
          seen.add(address)
          break
        }
        case 'progress':
          emit({ kind: 'progress', asked: step.asked, of: step.total })
          break
        case 'problem':
          problems.push(step.text)
      }
    }
  }

  async function run() {
    for (const sweep of [undefined, ...subnets]) {
      if (signal.aborted) return
      await search(sweep).catch((error: unknown) => problems.push(asError(error).message))
    }
    if (!signal.aborted) emit({ kind: 'ended', error: problems.join(' ') })
  }
  void run()
  return () => leaving.abort(new Error('given up'))
}

function deviceOf({ address, identity, driver }: FoundDevice): DiscoveredDevice {
  const module = identity.deviceType === communicationsAdapter
  return { address, identity, kind: driver !== 'other' ? 'controller' : module ? 'network module' : 'other' }
}
