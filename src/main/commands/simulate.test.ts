import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

const cli = resolve(import.meta.dirname, '../cli.ts')

it('simulate answers each line of its input by one line, survives the end of it, and ends by a signal', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, 'simulate', '--port', '0', '--tags', 'guide'])
  const ended = once(child, 'exit')
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async () => (await lines.next()).value
    expect(await next()).toMatch(/^1756-L83E\/B 33\.11, serial [0-9A-F]{8}, tags guide: listening on 127\.0\.0\.1:\d+$/)
    child.stdin.write('delay 8\n\nshout\n  keyswitch run \nset Test_DINT 5\n')
    expect(await next()).toBe('ok: delay 8 ms, jitter 0 ms')
    expect(await next()).toMatch(/^error: "shout" is not understood; expected mute on\|off, /)
    expect(await next()).toBe('ok: keyswitch run, mode run')
    child.stdin.end('get Test_DINT\n')
    expect(await next()).toBe('ok: Test_DINT = 5')
    expect(await next()).toBe('ok: Test_DINT = 5')
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  } finally {
    child.kill('SIGKILL')
  }
})
