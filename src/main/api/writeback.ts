import { explainRequest } from '#main/gateway/explain'
import type { Site } from '#main/gateway/site'
import type { Tester } from '#main/gateway/tester'
import { journalPage, type WriteHistory } from '#main/gateway/write-history'
import { setWriteMode } from '#main/gateway/write-mode'
import type { SomeEvents, SomeRequests } from './some.ts'

export function writebackRequests(site: Site): SomeRequests<'writeback.'> {
  return {
    'writeback.explain': (request) => explainRequest(site, request),
    'writeback.journal': (question) => journalPage(site, question),
    'writeback.setMode': ({ mode }) => setWriteMode(site, mode),
  }
}

export function writebackEvents(history: WriteHistory, tester: Tester): SomeEvents<'writeback.'> {
  return {
    'writeback.send': (request, emit) => tester.send(request, emit),
    'writeback.requests': (_input, emit) => history.listen(emit),
  }
}
