import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestSites, health, siteConfig, type TestSite, type TestSites, until } from './test-sites.ts'

let sites: TestSites
beforeEach(async () => {
  sites = await createTestSites()
})
afterEach(() => sites.close())

const listed = ({ gateway }: TestSite, namespace: string) =>
  gateway.isolation?.sites.list().find((one) => one.namespace === namespace)

describe('other sites on the brokers', () => {
  it('are listed as soon as their gateway speaks: with site, controllers, and where they were heard', async () => {
    const [a, b] = [await sites.plc(11), await sites.plc(22)]
    const ours = await sites.start('A', siteConfig('factory', a.port))
    await until(() => ours.gateway.brokers[0]?.state.getState().kind === 'connected', 'connected')
    const theirs = await sites.start('B', siteConfig('other', b.port, '', 'site: Detroit\n'))
    await until(() => (listed(ours, 'other')?.plcs?.length ?? 0) > 0, 'heard with its controller')
    expect(listed(ours, 'other')).toMatchObject({
      namespace: 'other',
      site: 'Detroit',
      from: ['heard'],
      plcs: [{ name: 'Main PLC', serial: 22 }],
      heardOn: [{ service: 'mqtt', name: 'Central' }],
    })
    await until(() => listed(theirs, 'factory') !== undefined, 'the other way round')
    expect(listed(ours, 'factory')).toBeUndefined()
    // A person knew it already: both ways are told.
    expect(ours.gateway.isolation?.sites.add({ namespace: 'other', site: '' }, 'typed')).toBe('')
    expect(listed(ours, 'other')?.from).toEqual(['heard', 'typed'])
  })

  it('that are of another make are known by their health, also below a selector; other programs are none', async () => {
    const ours = await sites.start('A', siteConfig('factory', (await sites.plc()).port))
    const connected = () => ours.gateway.brokers[0]?.state.getState().kind === 'connected'
    await until(connected, 'connected')
    const send = () => {
      sites.broker.send('weather/Roof/health', '{"ok":true}')
      sites.broker.send('old/Main PLC/health', health('Main PLC'))
      sites.broker.send('older/line1/Main PLC/health', health('Main PLC'))
    }
    const speaking = setInterval(send, 50)
    try {
      await until(() => listed(ours, 'old') !== undefined && listed(ours, 'older') !== undefined, 'both')
    } finally {
      clearInterval(speaking)
    }
    expect(listed(ours, 'weather')).toBeUndefined()
    expect(ours.gateway.claim.now().gateway.kind).not.toBe('contested')
  })

  it('are not taken from what the broker kept of one that is gone', async () => {
    sites.broker.send('gone/Main PLC/health', health('Main PLC'), { retain: true })
    const ours = await sites.start('A', siteConfig('factory', (await sites.plc()).port))
    const speaking = setInterval(() => sites.broker.send('live/Main PLC/health', health('Main PLC')), 50)
    try {
      await until(() => listed(ours, 'live') !== undefined, 'one that speaks')
    } finally {
      clearInterval(speaking)
    }
    expect(listed(ours, 'gone')).toBeUndefined()
  })
})
