import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { isOwnUser, userOf } from './peer-user.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (from: string, to: string, state: string, user: number) =>
  `   1: ${from} ${to} ${state} 00000000:00000000 00:00000000 00000000  ${user}        0 12345 1 0000000000000000 20 4 30 10 -1\n`
const caller = { localPort: 8080, remotePort: 40_000 }

test("finds the user of the caller's end, not of ours, and of no closed one", () => {
  const ours = row('0100007F:1F90', '0100007F:9C40', '01', 1000)
  const theirs = row('0100007F:9C40', '0100007F:1F90', '01', 1001)
  expect(userOf(head + ours + theirs, caller)).toBe(1001)
  expect(userOf(head + ours, caller)).toBeUndefined()
  expect(userOf(head + ours + row('0100007F:9C40', '0100007F:1F90', '05', 0), caller)).toBeUndefined()
  expect(userOf('', caller)).toBeUndefined()
})

test.runIf(process.platform === 'linux')('knows a caller of its own user', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  const taken = new Promise<Socket>((resolve) => server.once('connection', resolve))
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const client = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
  const socket = await taken
  expect(await isOwnUser(socket)).toBe(true)
  expect(await isOwnUser({ localPort: socket.localPort, remotePort: 1 })).toBe(false)
  client.destroy()
  server.close()
})
