import { createDrafts } from '#renderer/site/drafts'
import type { PlcForm } from './form.ts'

/** By the PLC's name; a new one is `+` and the address it was found at. */
export const plcDrafts = createDrafts<PlcForm>()
