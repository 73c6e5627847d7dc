import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { guideProgram, startSimulator } from '#main/plcs/simulator/index'
import type { ConfigEdit } from '#shared/contract/edits'
import { pinIdentity } from '#shared/pin'
import { type PlcIdentity, serialText } from '#shared/plc'
import { openTestFile, openTestSite, type TestFile, type TestSite, until } from './test-gateway.ts'

let test: TestSite
let file: TestFile
beforeEach(async () => {
  test = await openTestSite()
})
afterEach(async () => {
  await file.close()
  await test.close()
})

const text = (port: number) => `namespace: factory-a
poll_rate: 250ms
plcs:
  - {name: Main PLC, address: "127.0.0.1:${port}", timeout: 1s, tags: [{name: Test_DINT}]}
`
const pinTo = (...identities: PlcIdentity[]): ConfigEdit => ({
  kind: 'set-pin',
  plc: 'Main PLC',
  pin: identities.map((identity) => {
    const { vendor, product, serial } = pinIdentity(identity)
    return { vendor, product, serial }
  }),
})
const change = (...edits: ConfigEdit[]) => file.site.change(edits, { version: file.site.now.getState().version })
const plc = () => file.site.gateway()?.plcs[0]?.state.getState()
const answers = (serial: number) => () => {
  const state = plc()
  return state?.kind === 'online' && state.identity.serial === serial
}

describe('a pin that a person confirmed', () => {
  it('is saved while that controller answers, and refused with both serials when another one does', async () => {
    const shown = await test.plc()
    file = await openTestFile(test, text(shown.port))
    await until(answers(shown.identity.serial), 'the controller that is shown')
    await shown.close()
    await until(() => plc()?.kind !== 'online', 'it is gone')
    const away = await change(pinTo(shown.identity))
    expect(away).toMatchObject({ kind: 'refused', error: expect.stringMatching(/^Main PLC: not pinned: .*Connect it/) })
    const other = await startSimulator({ program: guideProgram(), port: shown.port, serial: 0xc0ffee })
    try {
      await until(answers(0xc0ffee), 'another one at its address')
      const refused = await change(pinTo(shown.identity))
      expect(refused.kind).toBe('refused')
      if (refused.kind === 'refused') {
        expect(refused.error).toContain(`serial ${serialText(shown.identity.serial)} was confirmed`)
        expect(refused.error).toContain('serial 00C0FFEE')
      }
      expect(await readFile(file.path, 'utf8')).not.toContain('pin:')
      expect(await change(pinTo(other.identity))).toMatchObject({ kind: 'saved' })
      // A partner beside it, and all of them taken back: nothing new is confirmed.
      expect(await change(pinTo(shown.identity, other.identity))).toMatchObject({ kind: 'saved' })
      expect(await change(pinTo())).toMatchObject({ kind: 'saved' })
    } finally {
      await other.close()
    }
  })

  it('is not asked of a controller at an address that comes with it: it is compared when that connects', async () => {
    const shown = await test.plc()
    file = await openTestFile(test, text(shown.port))
    await until(answers(shown.identity.serial), 'the old controller')
    const next = await test.plc()
    const keys = { address: `127.0.0.1:${next.port}` }
    expect(await change({ kind: 'set-plc', plc: 'Main PLC', keys }, pinTo(next.identity))).toMatchObject({
      kind: 'saved',
    })
    await until(answers(next.identity.serial), 'the new controller')
  })
})
