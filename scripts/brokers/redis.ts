import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsFiles } from './certificates.ts'
import { answers, freePort, need, run, type Server, tempDir } from './server.ts'

export interface RedisOptions {
  /** Absent: a free one. */
  readonly port?: number
  /** Password of the user `default`. */
  readonly requirepass?: string
  /** User → rules of `ACL SETUSER`: `on >secret ~factory:* &factory:* +@all`. */
  readonly users?: Readonly<Record<string, string>>
  /** Adds a port with TLS. */
  readonly tls?: TlsFiles
  /** The port with TLS asks for a certificate of the same authority. */
  readonly clientCertificates?: boolean
  /** Every write is on the disk before it is answered; absent: false. */
  readonly persistence?: boolean
  /** Absent: a folder that goes with the process. */
  readonly dir?: string
  /** More lines of redis.conf: `maxmemory 2mb`. */
  readonly lines?: readonly string[]
}

/** Starts a Redis server on 127.0.0.1. Rejects with `Missing` where it is not installed. */
export async function startRedis(options: RedisOptions = {}): Promise<Server> {
  const command = need('redis-server', 'Debian: apt-get install redis-server')
  const port = options.port ?? (await freePort())
  const tlsPort = options.tls && (await freePort())
  const dir = tempDir('redis', options.dir)
  const conf = join(dir.path, 'redis.conf')
  writeFileSync(conf, `${configuration(options, dir.path, port, tlsPort).join('\n')}\n`, { mode: 0o600 })
  return run({
    name: 'redis',
    command,
    args: [conf],
    port,
    ...(tlsPort === undefined ? {} : { tlsPort }),
    dir,
    // Without a password it refuses us politely: that is an answer. While it reads its data it says LOADING.
    ready: async () =>
      (await answers(port, 'PING\r\n', /^(\+PONG|-NOAUTH|-NOPERM)/)) &&
      (tlsPort === undefined || (await answers(tlsPort))),
    forget: () => {
      for (const name of ['dump.rdb', 'appendonlydir']) rmSync(join(dir.path, name), { recursive: true, force: true })
    },
  })
}

function configuration(options: RedisOptions, dir: string, port: number, tlsPort: number | undefined): string[] {
  const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, 'save ""', 'daemonize no']
  if (options.persistence) lines.push('appendonly yes', 'appendfsync always')
  if (options.requirepass !== undefined) lines.push(`requirepass ${options.requirepass}`)
  for (const [user, rules] of Object.entries(options.users ?? {})) lines.push(`user ${user} ${rules}`)
  if (options.tls && tlsPort !== undefined) {
    const { ca, serverCert, serverKey } = options.tls
    lines.push(`tls-port ${tlsPort}`, `tls-ca-cert-file ${ca}`, `tls-cert-file ${serverCert}`)
    lines.push(`tls-key-file ${serverKey}`, `tls-auth-clients ${options.clientCertificates ? 'yes' : 'no'}`)
  }
  return [...lines, ...(options.lines ?? [])]
}
