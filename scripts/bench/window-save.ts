/** A save of many tags while the gateway is at work: how long it takes, and how long anything waits for it. */
import { benchName } from '#main/plcs/simulator/bench-program'
import type { ConfigState } from '#shared/site'
import { plcName } from './gateway.ts'
import { sleep } from './measure.ts'
import type { WindowSite } from './window-site.ts'

export interface Saved {
  readonly tookMs: number
  /** The longest time a call waited meanwhile for its answer. */
  readonly longestMs: number
}

/** Between two calls, in ms. */
const apartMs = 5

/** Makes the first `count` tags writable. Throws where that is not saved. */
export async function saveTags({ client, check }: WindowSite, count: number): Promise<Saved> {
  const { version } = await new Promise<ConfigState>((resolve) => {
    const stop = client.subscribe(
      'config',
      {},
      {
        onItems: ([state]) => {
          if (!state) return
          resolve(state)
          queueMicrotask(() => stop())
        },
      },
    )
  })
  const tags = Array.from({ length: count }, (_, i) => ({ name: benchName(i), keys: { writable: true } }))
  let over = false
  let longestMs = 0
  const begun = performance.now()
  const saving = client
    .call('config.change', { version, edits: [{ kind: 'set-tags', plc: plcName, tags }] })
    .finally(() => {
      over = true
    })
  while (!over) {
    const asked = performance.now()
    await client.call('log.debug', {})
    longestMs = Math.max(longestMs, performance.now() - asked)
    await sleep(apartMs)
  }
  const outcome = await saving
  if (outcome.kind !== 'saved') throw new Error(`the change was not saved: ${JSON.stringify(outcome).slice(0, 300)}`)
  check()
  return { tookMs: performance.now() - begun, longestMs }
}
