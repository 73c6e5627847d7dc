import { z } from 'zod'
import type { TagConfig } from '#shared/config'
import type { BrowseState, CatalogueEntry, TypeRef } from '#shared/plc'
import { returns } from '#shared/rpc'
import type { CsvReport } from '#shared/site'
import type { TagReading } from '#shared/tag'
import { count, name, offset } from './fields.ts'

export const mostTagsInPage = 5_000
export const mostWatchedTags = 500

const page = z.strictObject({ plc: name, offset, limit: count(mostTagsInPage) })
/** Characters; as long as a tag's name may be. */
export const longestTagAddress = 400
const address = z.string().min(1).max(longestTagAddress)
const oneTag = z.strictObject({ plc: name, address })

export interface TagPage {
  readonly plc: string
  /** Tells one configuration from another: pages of one list have the same. */
  readonly version: string
  readonly total: number
  /** In the order of the file. */
  readonly rows: readonly TagPageRow[]
}

/** `type`: as last read; absent before the first good read. */
export type TagPageRow = TagConfig & { readonly type?: string }

export interface CataloguePage {
  readonly plc: string
  readonly state: BrowseState
  readonly total: number
  readonly entries: readonly CatalogueEntry[]
  /** Members of every structure that the entries of this page need, by its name. */
  readonly types: Readonly<Record<string, readonly { readonly name: string; readonly type: TypeRef }[]>>
}

export const tagsRequests = {
  /** Configured tags of one PLC. */
  'tags.page': { input: page, output: returns<TagPage>() },
  /** Asks the controller for all its tags; the cell `browse` tells how far it is. One at a time a PLC. */
  'tags.browse': { input: z.strictObject({ plc: name }), output: returns<BrowseState>() },
  'tags.stopBrowse': { input: z.strictObject({ plc: name }), output: returns<BrowseState>() },
  /** What the last discovery found, in the controller's order. */
  'tags.catalogue': { input: page, output: returns<CataloguePage>() },
  /** One tag now, with its whole value (at most 1 MB); read from the PLC where it is not configured. */
  'tags.read': { input: oneTag, output: returns<TagReading>() },
  /** Addresses of all polled tags of one PLC whose last value is stale, or that can't be read. */
  'tags.notGood': {
    input: z.strictObject({ plc: name }),
    output: returns<{ readonly addresses: readonly string[] }>(),
  },
  /** Configured tags as CSV; without `plc` of all. */
  'tags.csv': { input: z.strictObject({ plc: name.exactOptional() }), output: returns<{ readonly text: string }>() },
  /** Tags are added and changed, never removed. All of it or nothing. `overwrite`: although somebody else changed the file. */
  'tags.importCsv': {
    input: z.strictObject({
      text: z.string().max(7 * 1024 * 1024),
      dryRun: z.boolean(),
      overwrite: z.boolean().exactOptional(),
    }),
    output: returns<CsvReport>(),
  },
} as const

export const tagsEvents = {
  /**
   * Values of these tags, at once and at each change, at most ten times a second; those that are not configured are read
   * once a second. A new set of tags is a new subscription.
   */
  'tags.values': {
    input: z.strictObject({ tags: z.array(oneTag).max(mostWatchedTags) }),
    item: returns<TagReading>(),
    keep: { kind: 'newest', key: ({ plc, address }: TagReading) => `${plc}\n${address}` },
  },
} as const
