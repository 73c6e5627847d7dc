import { createDrafts } from '#renderer/site/drafts'
import { type PlcForm, plcForm } from './form.ts'

/** By the PLC's name. */
export const plcDrafts = createDrafts<PlcForm>((config, name) => {
  const plc = config.plcs.find((one) => one.name === name)
  return plc && plcForm(plc, config.poll_rate)
})

/** Of PLCs that are not in the file yet, by the address they were found at. */
export const newPlcDrafts = createDrafts<PlcForm>()
