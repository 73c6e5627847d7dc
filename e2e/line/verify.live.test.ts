/**
 * `warlink verify` as an engineer runs it before go-live: two sites on the same hardened brokers, with the access rules
 * that the product generates. Judged by exit code, report and the controllers' own write logs.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessBrokers, startAccessBrokers } from '#main/gateway/test-access'
import { siteText } from '#main/gateway/test-access-site'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { type Simulator, startSimulator } from '#main/plcs/simulator/simulator'
import { builtCli, liveDescribe } from '#scripts/brokers/live'
import { aclLines } from '#shared/acl'
import type { Report } from '#shared/isolation-run'
import { configFolder, type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { warlink } from './warlink.ts'

const services = ['mqtt', 'valkey', 'kafka'] as const
builtCli()

interface Site {
  readonly plc: Simulator
  readonly path: string
  remove(): Promise<void>
}

liveDescribe('mosquitto', 'warlink verify', () =>
  liveDescribe('redis', 'on hardened brokers', () =>
    liveDescribe('kafka', 'of all three kinds', () => {
      let brokers: AccessBrokers
      const sites: Site[] = []
      const gateways: GatewayProcess[] = []

      async function makeSite(namespace: string, serial: number): Promise<Site> {
        const plc = await startSimulator({ program: guideProgram(), serial })
        const top = `site: Site ${namespace}\ncommissioning: {plc: Main PLC, tag: Test_DINT}\n`
        const entries = brokers.entries(`${namespace}-gateway`)
        const folder = await configFolder(siteText({ namespace, serial, top, entries }, plc))
        const site = { plc, path: folder.path, remove: folder.remove }
        sites.push(site)
        return site
      }

      beforeAll(async () => {
        brokers = await startAccessBrokers(['plant-gateway', 'plantx-gateway'])
        for (const service of services)
          for (const base of ['plant', 'plantx'])
            await brokers.grant(service, `${base}-gateway`, aclLines(service, base, '', 'gateway'))
        const made = [await makeSite('plant', 0xa11ce), await makeSite('plantx', 0xb0b)]
        for (const [index, { path, plc }] of made.entries()) {
          plc.set('Test_DINT', 41 + index)
          gateways.push(startGatewayProcess(path))
        }
        for (const gateway of gateways)
          for (const service of services)
            await gateway.line((line) => line.includes(`${service} "Central": write requests are taken in`), 60_000)
      }, 150_000)

      afterAll(async () => {
        await Promise.all(gateways.map((gateway) => gateway.end()))
        await Promise.all(sites.map((site) => site.plc.close()))
        await Promise.all(sites.map((site) => site.remove()))
        await brokers?.stop()
      }, 30_000)

      describe('of a healthy site', () => {
        it('passes all twelve checks within 90 s, with a sibling, and changes nothing', async () => {
          const [a, b] = sites as [Site, Site]
          const files = ['html', 'json'].map((form) => join(a.path, '..', `out.${form}`)) as [string, string]
          const begun = performance.now()
          const reports = files.flatMap((file) => ['--report', file])
          const running = warlink('verify', '--config', a.path, '--sibling', b.path, ...reports)
          await running.line((line) => line.includes('Listening') && line.includes('listening for'))
          const second = warlink('verify', '--config', a.path)
          expect(await second.code).toBe(69)
          expect(second.lines.join('\n')).toContain('a run is under way')
          const code = await running.code
          const seconds = (performance.now() - begun) / 1000
          expect(code, running.lines.join('\n')).toBe(0)
          console.info(`isolation run on three brokers with a sibling: ${seconds.toFixed(0)} s`)
          expect(seconds).toBeLessThan(90)
          expect(running.lines.join('\n')).toContain(
            `made by the gateway that runs on it (process ${gateways[0]?.pid})`,
          )
          const report = JSON.parse(await readFile(files[1], 'utf8')) as Report
          expect(report.checks.map(({ verdict }) => verdict)).toEqual(Array(12).fill('pass'))
          expect(await readFile(files[0], 'utf8')).toMatch(/PASS[\s\S]*12 of 12 checks passed/)
          expect([a.plc.get('Test_DINT'), b.plc.get('Test_DINT')]).toEqual([41, 42])
          // The sibling is written the value it has, once for each broker.
          expect(b.plc.writeLog.map(({ value }) => value)).toEqual([42, 42, 42])
          expect(new Set(a.plc.writeLog.map(({ value }) => value))).toEqual(new Set([41, 42]))
        }, 120_000)

        it('whose gateway dies meanwhile can not be verified, and says what to do', async () => {
          const [, b] = sites as [Site, Site]
          const running = warlink('verify', '--config', b.path)
          await running.line((line) => line.includes('Listening') && line.includes('listening for'))
          await gateways[1]?.kill()
          expect(await running.code).toBe(69)
          expect(running.lines.at(-1)).toMatch(/the connection to the gateway has ended.*\. Run the checks again\.$/)
        }, 60_000)
      })
    }),
  ),
)

describe('warlink verify', () => {
  it('is told to end: sets the tag back, ends its gateway, and says so', async () => {
    const running = warlink('verify', '--demo')
    await running.line((line) => /Counted probe .* requests to tags/.test(line), 40_000)
    running.signal()
    expect(await running.code).toBe(130)
    expect(running.lines.join('\n')).toMatch(/cancelled; nothing is left behind$/m)
  }, 60_000)

  it.each([
    ['some checks on an open broker that fail', ['--demo', '--checks', '9'], 1, /^ 9 {2}Broker rights +FAIL/m],
    [
      'checks that were not made',
      ['--demo', '--checks', '1,6'],
      2,
      /isolation of demo: NOT PROVEN, 2 of 12 checks passed/,
    ],
    ['no configuration', ['--config', '/nowhere/at-all.yaml'], 64, /at-all\.yaml/],
    ['a report of another form', ['--demo', '--report', 'out.pdf'], 64, /must end in \.html or \.json/],
    ['a report that can not be written', ['--demo', '--report', '/nowhere/out.html'], 64, /folder does not exist/],
    ['a sibling that is none', ['--demo', '--sibling', '/nowhere/b.yaml'], 64, /sibling/],
    ['a check that there is not', ['--demo', '--checks', '13'], 64, /from 1 to 12/],
  ])(
    '%s: exit code and what to do',
    async (_, args, code, text) => {
      const running = warlink('verify', ...args)
      expect(await running.code, running.lines.join('\n')).toBe(code)
      expect(running.lines.join('\n')).toMatch(text)
    },
    60_000,
  )
})
