import { logAreas } from '#shared/log'
import type { LogBook } from './log-book.ts'
import type { SomeEvents, SomeRequests } from './some.ts'

export function logRequests(book: LogBook): SomeRequests<'log.'> {
  const areas = () => ({
    areas: logAreas.filter((area) => book.debugAreas().some((one) => one === area || one === 'all')),
  })
  return {
    'log.debug': areas,
    'log.setDebug': (wanted) => {
      book.setDebug(wanted.areas)
      return areas()
    },
  }
}

export function logEvents(book: LogBook): SomeEvents<'log.'> {
  return {
    'log.entries': (_input, emit) => {
      for (const entry of book.recent()) emit(entry)
      return book.onEntry(emit)
    },
  }
}
