/** The whole of a value that is too long for the stream of values. */
import { useEffect, useRef, useState } from 'react'
import { api } from '#renderer/api/index'
import type { TagReading } from '#shared/tag'

/** Between two looks whether it changed, in ms. */
const lookMs = 2_000

/** The reading with its whole value, soon after it begins and after it changed; until then, or if it fails, as it came. */
export function useWholeReading(reading: TagReading | undefined): TagReading | undefined {
  const [whole, setWhole] = useState<TagReading>()
  const latest = useRef(reading)
  latest.current = reading
  const cut = reading?.cut ? `${reading.plc}\n${reading.address}` : ''
  useEffect(() => {
    if (cut === '') return
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let readOf: number | undefined
    async function look() {
      const now = latest.current
      if (now && now.changedAt !== readOf) {
        const { plc, address, changedAt } = now
        const next = await api.call('tags.read', { plc, address }).catch(() => undefined)
        if (over) return
        if (next?.valueJson !== undefined) {
          readOf = changedAt
          setWhole(next)
        }
      }
      timer = setTimeout(() => void look(), lookMs)
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
      setWhole(undefined)
    }
  }, [cut])
  return reading && withWhole(reading, whole)
}

/** Value and its time from `whole` where it is of the same tag; whether it is good says the newest reading. */
export function withWhole(reading: TagReading, whole: TagReading | undefined): TagReading {
  if (!reading.cut || whole?.valueJson === undefined) return reading
  if (whole.plc !== reading.plc || whole.address !== reading.address) return reading
  const { cut, ...rest } = reading
  const { valueJson, changedAt } = whole
  return { ...rest, valueJson, changedAt, ...(whole.cut ? { cut } : {}) }
}
