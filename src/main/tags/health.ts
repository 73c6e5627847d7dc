/** Health messages of the PLCs: every 10 s, and at once when a PLC's state says something else than before. */
import { type Health, healthBody } from '#main/bridges/message'
import { healthOf, type PlcState } from '#shared/plc'

/** Health is repeated this often, in ms. */
export const healthEveryMs = 10_000
/** Life time of a health message on brokers that know one, in ms: three messages may be missed. */
export const healthLifeMs = 30_000

/** The body of a PLC's health message now. */
export function healthMessageBody(plc: string, driver: string, state: PlcState, at: number): string {
  return healthBody(healthFields(plc, driver, state), at)
}

function healthFields(plc: string, driver: string, state: PlcState): Health {
  return { plc, driver, ...healthOf(state) }
}

/** True where a new state must be told at once. The countdown to the next attempt alone is not news. */
export function isHealthNews(before: PlcState, after: PlcState): boolean {
  const [a, b] = [healthOf(before), healthOf(after)]
  return a.status !== b.status || a.error !== b.error
}
