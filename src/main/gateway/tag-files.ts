/** Tags of the configuration out to a table and back in. */
import { setImmediate as turn } from 'node:timers/promises'
import { tagRows, tagsToCsv } from '#main/config/csv'
import type { CsvReport } from '#shared/site'
import { neededConfig, neededPlc } from './needed.ts'
import type { ImportHow, Site } from './site.ts'

/** Tags between two turns of polls and answers: a few milliseconds. */
const tagsATurn = 2_000

export async function exportTags(site: Site, plc?: string): Promise<string> {
  const plcs = plc === undefined ? neededConfig(site).plcs : [neededPlc(site, plc).config]
  let text = tagsToCsv([])
  for (const one of plcs)
    for (let from = 0; from < one.tags.length; from += tagsATurn) {
      text += tagRows(one.name, one.tags.slice(from, from + tagsATurn))
      await turn()
    }
  return text
}

/** A dry run tells what would change and what is wrong; the real one changes all of it or nothing. */
export async function importTags(site: Site, csv: string, how: ImportHow): Promise<CsvReport> {
  // Asked for its refusal: without a configuration there is nothing to change.
  neededConfig(site)
  return await site.importTags(csv, how)
}
