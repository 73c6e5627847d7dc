/** Tags of the configuration out to a table and back in. */
import { tagsToCsv } from '#main/config/csv'
import type { CsvReport } from '#shared/site'
import { neededConfig, neededPlc } from './needed.ts'
import type { Site } from './site.ts'

export function exportTags(site: Site, plc?: string): string {
  return tagsToCsv(plc === undefined ? neededConfig(site).plcs : [neededPlc(site, plc).config])
}

/** A dry run tells what would change and what is wrong; the real one changes all of it or nothing. */
export async function importTags(site: Site, csv: string, dryRun: boolean): Promise<CsvReport> {
  // Asked for its refusal: without a configuration there is nothing to change.
  neededConfig(site)
  return await site.importTags(csv, dryRun)
}
