/**
 * The checks of an isolation run on real brokers whose rights are taken away: what may not be looked at is NOT PROVEN and
 * never PASS, and what reaches too far FAILs. Each line of evidence is looked at, for each broker.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { liveDescribe } from '#scripts/brokers/live'
import { aclLines } from '#shared/acl'
import type { Service } from '#shared/broker'
import type { CheckNumber, CheckResult, Verdict } from '#shared/isolation-run'
import { worst } from '#shared/isolation-run'
import { type AccessBrokers, startAccessBrokers } from './test-access.ts'
import { type AccessSite, siteText, startAccessSite } from './test-access-site.ts'
import { until } from './test-gateway.ts'
import { publishHealth, sendRequests, takeRequests } from './test-strangers.ts'

const services = ['mqtt', 'valkey', 'kafka'] as const
const user = 'plant-gateway'
const times = { listenMs: 4_000, answerMs: 4_000, lingerMs: 100, quietMs: 500 }

const generated = (service: Service) => aclLines(service, 'plant', user, 'gateway')
/** The generated lines without these words. */
const without = (service: Service, ...words: readonly string[]) =>
  generated(service).map((line) => words.reduce((text, word) => text.replace(word, ' '), line).replace(/ +/g, ' '))

type Grants = Readonly<Partial<Record<Service, readonly string[]>>>

/** What a login lacks, or has too much, by what that does to the checks. */
const mayNotLook: Grants = {
  mqtt: [`user ${user}`, 'topic write plant/#', 'topic read plant/+/write'],
  valkey: [
    without('valkey', ' +client|list ', ' +scan ')[0]?.replace(
      '&plant:* ',
      '&plant:_gw:presence &plant:write:responses &plant:Main* &plant:_all:changes ',
    ) ?? '',
  ],
  kafka: generated('kafka').filter((line) => !line.includes('--group')),
}
const mayNotSend: Grants = {
  mqtt: [`user ${user}`, 'topic deny plant/+/write', 'topic readwrite plant/#'],
  valkey: without('valkey', ' +rpush '),
  kafka: generated('kafka').flatMap((line) =>
    line.includes('--topic plant-writes')
      ? [
          line.replace(' --topic plant-writes', ''),
          line.replace(/--operation .*$/, '--operation Read --operation Describe --topic plant-writes'),
        ]
      : [line],
  ),
}
const mayNotTry: Grants = {
  valkey: without('valkey', ' +multi '),
  kafka: [
    ...generated('kafka'),
    ...['--topic', '--group'].map(
      (kind) =>
        `kafka-acls --bootstrap-server BROKER --add --allow-principal User:${user} --operation Describe ${kind} plant-canary- --resource-pattern-type prefixed`,
    ),
  ],
}
const mayDoAll: Grants = {
  mqtt: [`user ${user}`, 'topic readwrite plant/#', 'topic readwrite +/#'],
  valkey: [`ACL SETUSER ${user} reset on >PASSWORD ~plant* &plant* &plant:* &plant:*:health +@all`],
  kafka: [
    ...generated('kafka'),
    `kafka-acls --bootstrap-server BROKER --add --allow-principal User:${user} --operation All --topic plant --group plant --resource-pattern-type prefixed`,
  ],
}

liveDescribe('mosquitto', 'the checks of an isolation run', () =>
  liveDescribe('redis', 'on brokers with rights', () =>
    liveDescribe('kafka', 'of all three kinds', () => {
      let brokers: AccessBrokers
      let site: AccessSite

      beforeAll(async () => {
        brokers = await startAccessBrokers([user])
        await grant({})
        site = await startAccessSite({
          namespace: 'plant',
          entries: brokers.entries(user),
          top: 'commissioning: {plc: Main PLC, tag: Test_DINT}\n',
          serial: 0xa11ce,
          times,
        })
        await until(ready, 'intake on all three', 40_000)
      }, 120_000)
      afterAll(async () => {
        await site?.stop()
        await brokers?.stop()
      }, 30_000)

      /** These rights, and the generated ones where none are named. */
      async function grant(grants: Grants): Promise<void> {
        for (const service of services) await brokers.grant(service, user, grants[service] ?? generated(service))
      }

      const ready = () =>
        site.gateway.brokers.every((part) => {
          const state = part.state.getState()
          return state.kind === 'connected' && state.intake === 'open'
        }) && site.gateway.claim.now().entries.every(({ state }) => state.kind === 'held')

      const connected = () => site.gateway.brokers.every((part) => part.state.getState().kind === 'connected')

      /** Values change meanwhile: that our own come back is what shows that others would be heard. */
      async function run(...checks: CheckNumber[]): Promise<readonly CheckResult[]> {
        let value = 0
        const changes = setInterval(() => site.plc.set('Test_SINT', ++value % 100), 200)
        try {
          return await site.run(checks)
        } finally {
          clearInterval(changes)
        }
      }

      /** The worst of a check's lines about each broker. */
      function verdicts(result: CheckResult | undefined): Record<Service, Verdict> {
        const of = (service: Service) =>
          worst(result?.evidence.flatMap(({ entry, verdict }) => (entry?.service === service && verdict) || []) ?? [])
        return { mqtt: of('mqtt'), valkey: of('valkey'), kafka: of('kafka') }
      }
      const told = (results: readonly CheckResult[]) => JSON.stringify(results, null, 1)
      const all = (verdict: Verdict) => ({ mqtt: verdict, valkey: verdict, kafka: verdict })

      it('with the generated rights pass, but for what an MQTT broker shows to nobody', async () => {
        const results = await run(2, 3, 4, 9, 10, 11)
        const [claim, listening, write, rights, leftOvers, connection] = results.map(verdicts)
        expect(claim, told(results)).toEqual(all('pass'))
        expect(write, told(results)).toEqual(all('pass'))
        expect(listening, told(results)).toEqual(all('pass'))
        expect(rights, told(results)).toEqual({ ...all('pass'), mqtt: 'not-proven' })
        expect(leftOvers, told(results)).toEqual(all('pass'))
        expect(connection, told(results)).toEqual(all('pass'))
      }, 40_000)

      it('find nothing that waits while requests come all the time and are taken', async () => {
        const stopSending = await sendRequests(brokers, 'plant')
        // Not at every look is one on its way.
        const runs: (readonly CheckResult[])[] = []
        while (runs.length < 8) runs.push(await run(10))
        expect(await stopSending()).toBeGreaterThan(10)
        for (const results of runs) expect(verdicts(results[0]), told(results)).toEqual(all('pass'))
      }, 40_000)

      it('fail where others are: a second client at the list, and a stranger that publishes health', async () => {
        const stopTaking = takeRequests(brokers, 'plant')
        const counted = await run(5)
        stopTaking()
        expect(verdicts(counted[0]), told(counted)).toEqual({ ...all('pass'), valkey: 'fail' })
        const silence = await publishHealth(brokers, 'plant', 'Main PLC')
        const heard = await run(3)
        await silence()
        expect(verdicts(heard[0]), told(heard)).toEqual(all('fail'))
        // The claim has heard it too.
        await until(() => site.gateway.claim.now().gateway.kind === 'contested', 'contested')
        site.gateway.claim.clearContested()
        await until(ready, 'intake on all three', 40_000)
      }, 90_000)

      it('with a sibling that does not run are not proven: other namespace', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'sibling-'))
        const path = join(folder, 'sibling.yaml')
        const top = 'commissioning: {plc: Main PLC, tag: Test_DINT}\n'
        const sibling = { namespace: 'plantx', entries: brokers.entries(user), top, serial: 1 }
        await writeFile(path, siteText(sibling, site.plc))
        const results = await site.run([8], path)
        expect(verdicts(results[0]), told(results)).toEqual(all('not-proven'))
        expect(told(results)).toContain('sibling plantx: no value of Main PLC/Test_DINT is published')
        await rm(folder, { recursive: true })
      }, 40_000)

      it('that name no right to try with are not proven: broker rights', async () => {
        await grant(mayNotTry)
        await until(connected, 'connections', 40_000)
        const results = await run(9)
        expect(verdicts(results[0]), told(results)).toEqual({ ...all('not-proven'), kafka: 'fail' })
      }, 60_000)

      it('with rights that reach too far fail: broker rights', async () => {
        await grant(mayDoAll)
        await until(connected, 'connections', 40_000)
        const results = await run(9)
        expect(verdicts(results[0]), told(results)).toEqual(all('fail'))
        expect(results[0]?.mend?.lines.join('\n')).toContain('topic readwrite plant/#')
      }, 60_000)

      it('without the right to send requests are not proven: all that write', async () => {
        await grant(mayNotSend)
        await until(ready, 'intake on all three', 60_000)
        const before = site.plc.writeLog.length
        const results = await run(4, 5, 6, 7, 8)
        for (const result of results)
          expect(verdicts(result), `${result.check} ${told(results)}`).toEqual(all('not-proven'))
        expect(site.plc.writeLog.length).toBe(before)
      }, 90_000)

      it('without the right to look are not proven: claim, listening, left-overs; and the connection says so', async () => {
        await grant(mayNotLook)
        const claimOf = (service: Service) =>
          site.gateway.claim.now().entries.find(({ entry }) => entry.service === service)?.state.kind
        await until(() => claimOf('mqtt') === 'unproven' && claimOf('kafka') !== 'held', 'the claim is lost', 40_000)
        const results = await run(2, 3, 10, 11)
        const [claim, listening, leftOvers, connection] = results.map(verdicts)
        expect(claim, told(results)).toEqual(all('not-proven'))
        expect(listening, told(results)).toEqual(all('not-proven'))
        expect(leftOvers, told(results)).toEqual(all('not-proven'))
        expect(connection?.mqtt, told(results)).toBe('fail')
        expect(results[0]?.mend?.lines.join('\n')).toContain('plant')
      }, 90_000)
    }),
  ),
)
