import { useEffect, useState } from 'react'
import { api } from '#renderer/api/index'
import type { EntryId } from '#shared/broker'
import type { EndedRequest } from '#shared/write'
import { type BrokerEvent, brokerEvents, type Proof, proofOf } from './events.ts'

export function useBrokerEvents(): readonly BrokerEvent[] {
  const [events, setEvents] = useState<readonly BrokerEvent[]>([])
  useEffect(
    () =>
      api.subscribe(
        'log.entries',
        {},
        {
          onBegin: () => setEvents([]),
          onItems: (lines) => setEvents((now) => brokerEvents(now, lines)),
        },
      ),
    [],
  )
  return events
}

export function useProofs(): (entry: EntryId) => Proof {
  const [ended, setEnded] = useState<readonly EndedRequest[]>([])
  useEffect(
    () =>
      api.subscribe(
        'writeback.requests',
        {},
        {
          onBegin: () => setEnded([]),
          onItems: (items) => setEnded((now) => [...now, ...items].slice(-200)),
        },
      ),
    [],
  )
  return (entry) => proofOf(ended, entry)
}
