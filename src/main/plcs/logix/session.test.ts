import { expect, it, vi } from 'vitest'
import { silentLog } from '#main/log'
import { identityRequest } from './identity.ts'
import { startPeer } from './scripted-peer.ts'
import { ask, openSession } from './session.ts'

it('a request that is over leaves nothing behind at its session, which may live for months', async ({
  onTestFinished,
}) => {
  let silent = false
  const peer = await startPeer({ answer: (request) => (silent ? undefined : request.replyFrame(0)) })
  onTestFinished(() => peer.close())
  const session = await openSession({
    ...{ host: '127.0.0.1', port: peer.port, timeoutMs: 1_000, log: silentLog },
    signal: new AbortController().signal,
    onRegistering: () => {},
  })
  onTestFinished(() => session.close())
  const chained = vi.spyOn(session.lost, 'then')
  expect((await ask(session, identityRequest, 1_000, 'the first')).status).toBe(0)
  silent = true
  await expect(ask(session, identityRequest, 1, 'the second')).rejects.toThrow('no answer to the second within 1 ms')
  const lost = ask(session, identityRequest, 60_000, 'the third')
  session.fail(new Error('the cable is gone'))
  await expect(lost).rejects.toThrow('the cable is gone')
  await expect(ask(session, identityRequest, 60_000, 'the fourth')).rejects.toThrow('the cable is gone')
  expect(chained).not.toHaveBeenCalled()
})
