/** What is measured inside the window's page, as scripts for its browser. */
import type { CDPSession, Page } from 'playwright'

/** Times between frames over `ms`, in ms, while the table under the pointer is turned by the wheel, or not. */
export async function frameTimes(page: Page, ms: number, scroll: boolean): Promise<readonly number[]> {
  return await page.evaluate<number[]>(`new Promise((done) => {
    const times = []
    const grid = document.querySelector('[role=treegrid]')
    let last = performance.now()
    const end = last + ${ms}
    const frame = () => {
      const now = performance.now()
      times.push(now - last)
      last = now
      if (${scroll} && grid) grid.scrollTop += 84
      if (now < end) requestAnimationFrame(frame)
      else done(times)
    }
    requestAnimationFrame(frame)
  })`)
}

export interface Flood {
  readonly updates: number
  readonly seconds: number
}

/** Readings of 500 tags again and again over a wire of its own, as fast as the page takes them. */
export async function flood(page: Page, addresses: readonly string[], plc: string, ms: number): Promise<Flood> {
  const input = { tags: addresses.map((address) => ({ plc, address })) }
  return await page.evaluate<Flood>(`new Promise((done, fail) => {
    const input = ${JSON.stringify(input)}
    const ws = new WebSocket('ws://' + location.host + '/wire')
    let id = 0
    let updates = 0
    let begun = 0
    const ask = () => ws.send(JSON.stringify({ kind: 'subscribe', id: ++id, name: 'tags.values', input }))
    ws.onopen = () => {
      begun = performance.now()
      for (let i = 0; i < 4; i++) ask()
    }
    ws.onmessage = ({ data }) => {
      if (data === '') return
      const frame = JSON.parse(data)
      if (frame.kind !== 'event') return fail(new Error(data))
      updates += frame.items.length
      ws.send(JSON.stringify({ kind: 'cancel', id: frame.id }))
      const seconds = (performance.now() - begun) / 1000
      if (seconds * 1000 < ${ms}) return ask()
      ws.onclose = null
      ws.close(1000)
      done({ updates, seconds })
    }
    ws.onclose = ({ reason }) => fail(new Error('the wire was closed: ' + reason))
  })`)
}

/** The page's own measures: its thread's time for tasks in ms, and what is used of its heap in MB. */
export interface PageMetrics {
  readonly taskMs: number
  readonly heapMb: number
}

export async function openMetrics(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  // Time of the page's own thread: what else the machine does is not counted.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('HeapProfiler.enable')
  return session
}

/** `collect`: after what nobody holds any more is gone. */
export async function metricsOf(session: CDPSession, collect = false): Promise<PageMetrics> {
  if (collect) await session.send('HeapProfiler.collectGarbage')
  const { metrics } = await session.send('Performance.getMetrics')
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
  return { taskMs: value('TaskDuration') * 1_000, heapMb: value('JSHeapUsedSize') / 1e6 }
}
