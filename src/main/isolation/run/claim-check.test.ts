/** Who is connected beside us, on made-up entries: the members that the broker lists are set by the test. */
import { expect, it } from 'vitest'
import type { Inspector, Member } from '#main/bridges/inspector'
import type { Service } from '#shared/broker'
import type { EntryClaim, Other } from '#shared/isolation'
import { claimCheck } from './claim-check.ts'
import { verdictOf } from './context.ts'
import { forCheck, madeUp, nothing } from './test-site.ts'

const self = '11111111-aaaa'
const other = '22222222-bbbb'

const member = (who: string, doing: string): Member => ({
  client: `warlink-factory-${who}`,
  who,
  host: '127.0.0.1',
  doing,
  self: who === self,
})

async function made(service: Service, members: readonly Member[], state?: Other['state']) {
  const inspector = {
    members: async () => ({ kind: 'seen', members, more: false }) as const,
  } satisfies Partial<Inspector>
  const id = { service, name: 'Central' }
  const claim: EntryClaim = {
    entry: id,
    base: 'factory',
    // Not held: the records of the claim are another matter.
    state: { kind: 'off' },
    confirmedAt: 0,
    others: state ? [{ who: other, state, heardAt: 0 }] : [],
    ownerIsOurs: false,
    heard: [],
  }
  const site = madeUp(
    'namespace: factory\nmqtt: [{name: Central, broker: 127.0.0.1}]\n',
    {
      id,
      inspector: () => ({ ...unused, ...inspector }),
      requester: () => ({ send: nothing, close: async () => {} }),
    },
    {
      identity: { instance: 'i', boot: 'b', who: self },
      claim: () => ({ namespace: 'factory', gateway: claim.state, entries: [claim] }),
    },
  )
  const findings = await claimCheck.run(forCheck(site))
  const lines = findings.evidence.map(({ verdict, word, text }) => `${verdict ?? '-'} ${word}: ${text}`)
  return { fails: verdictOf(findings) === 'fail', lines }
}

const unused: Inspector = {
  watch: nothing,
  test: nothing,
  rights: nothing,
  reach: nothing,
  members: nothing,
  leftOvers: nothing,
  remove: nothing,
  clock: nothing,
}

it('a hot standby that waits at no list is a remark on Valkey', async () => {
  const { fails, lines } = await made(
    'valkey',
    [member(self, 'blpop'), member(other, 'psubscribe'), member(other, 'get')],
    'standby',
  )
  expect(fails, lines.join('\n')).toBe(false)
  expect(lines).toContain('- members: 1 connection, all ours')
  expect(lines).toContain(
    '- standby: 2 connections of gateways in standby: they wait at no list, and so take no requests',
  )
})

it('a gateway that waits at a list, or is no known standby, fails on Valkey', async () => {
  expect((await made('valkey', [member(self, 'blpop'), member(other, 'blpop')], 'standby')).fails).toBe(true)
  expect((await made('valkey', [member(self, 'blpop'), member(other, 'get')])).fails).toBe(true)
  expect((await made('valkey', [member(self, 'blpop'), member(other, 'get')], 'observing')).fails).toBe(true)
})

it('whoever is in the group fails on Kafka, whatever its record says', async () => {
  const group = 'warlink-factory-writers'
  expect((await made('kafka', [member(self, group), member(other, group)], 'standby')).fails).toBe(true)
})
