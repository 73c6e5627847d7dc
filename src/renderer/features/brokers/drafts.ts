import { createDrafts } from '#renderer/site/drafts'
import { entryText } from '#shared/broker'
import { allEntries } from './entries.ts'
import { type EntryForm, formOf } from './form.ts'

/** By `entryText`. */
export const entryDrafts = createDrafts<EntryForm>((config, text) => {
  const entry = allEntries(config).find(({ service, config: { name } }) => entryText({ service, name }) === text)
  return entry && formOf(entry)
})

/** Of entries that are not in the file yet, by their service. */
export const newEntryDrafts = createDrafts<EntryForm>()
