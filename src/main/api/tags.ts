import type { Browser } from '#main/gateway/browse'
import { tagPage } from '#main/gateway/config-state'
import { neededGateway } from '#main/gateway/needed'
import { notGoodTags } from '#main/gateway/plc-overview'
import { readTag, watchTags } from '#main/gateway/readings'
import type { Site } from '#main/gateway/site'
import { exportTags, importTags } from '#main/gateway/tag-files'
import type { SomeEvents, SomeRequests } from './some.ts'

export function tagsRequests(site: Site, browser: Browser): SomeRequests<'tags.'> {
  return {
    'tags.page': ({ plc, offset, limit }) => tagPage(site, plc, offset, limit),
    'tags.browse': ({ plc }) => browser.start(plc),
    'tags.stopBrowse': ({ plc }) => browser.stop(plc),
    'tags.catalogue': ({ plc, offset, limit }) => browser.page(plc, offset, limit),
    'tags.read': (tag, signal) => readTag(site, tag, signal),
    'tags.notGood': ({ plc }) => ({ addresses: notGoodTags(neededGateway(site), plc) }),
    'tags.csv': async ({ plc }) => ({ text: await exportTags(site, plc) }),
    'tags.importCsv': ({ text, ...how }) => importTags(site, text, how),
  }
}

export function tagsEvents(site: Site): SomeEvents<'tags.'> {
  return { 'tags.values': ({ tags }, emit) => watchTags(site, tags, emit) }
}
