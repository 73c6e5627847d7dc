import { createDrafts } from '#renderer/site/drafts'
import type { EntryForm } from './form.ts'

/** By `entryText`, and by `new` and the service for one that is not in the file yet. */
export const entryDrafts = createDrafts<EntryForm>()
