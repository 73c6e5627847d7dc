import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsFiles } from './certificates.ts'
import { answers, freePort, need, run, type Server, tempDir, until } from './server.ts'

export interface MosquittoOptions {
  /** Absent: a free one. */
  readonly port?: number
  /** User → password. Absent: everybody may connect; given: nobody else. */
  readonly passwords?: Readonly<Record<string, string>>
  /** Lines of an ACL file: `user gateway`, `topic readwrite factory/#`. Absent: everything is allowed. */
  readonly acl?: readonly string[]
  /** Adds a port with TLS. */
  readonly tls?: TlsFiles
  /** The port with TLS asks for a certificate of the same authority. */
  readonly clientCertificates?: boolean
  /** Send at once; absent: true. Debian's own configuration has it off. */
  readonly nodelay?: boolean
  /** Retained messages and sessions outlive SIGKILL, soon after the change, when `mosquitto.db` has it; absent: false. */
  readonly persistence?: boolean
  /** Absent: a folder that goes with the process. */
  readonly dir?: string
  /** Prints errors only; absent: each packet, for the report of a test that failed. */
  readonly quiet?: boolean
  /** More lines of mosquitto.conf, for all listeners: `max_packet_size 100`. */
  readonly lines?: readonly string[]
}

const how = 'Debian: apt-get install mosquitto'

/** Starts mosquitto on 127.0.0.1. Rejects with `Missing` where it is not installed. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Server> {
  const command = need('mosquitto', how)
  const port = options.port ?? (await freePort())
  const tlsPort = options.tls && (await freePort())
  const dir = tempDir('mosquitto', options.dir)
  const conf = join(dir.path, 'mosquitto.conf')
  writeFileSync(conf, `${configuration(options, dir.path, port, tlsPort).join('\n')}\n`)
  return run({
    name: 'mosquitto',
    command,
    args: options.quiet ? ['-c', conf] : ['-v', '-c', conf],
    port,
    ...(tlsPort === undefined ? {} : { tlsPort }),
    dir,
    ready: async () => (await answers(port)) && (tlsPort === undefined || (await answers(tlsPort))),
    forget: () => rmSync(join(dir.path, 'mosquitto.db'), { force: true }),
  })
}

/** CONNECT of MQTT 3.1.1 without a login, and the CONNACK (0x20) that comes back, whatever it says (MQTT 3.1.1, 3.1 and 3.2). */
const connect = '\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00'
const connack = /^ ./s

/**
 * Lets it read its password and ACL files anew (SIGHUP). Resolves when it works by them. Its one thread takes the signal
 * between two looks at its connections, so whoever connects after the signal is answered after the reload. The log does
 * not do: a signal that arrives in a reload, after its line in the log, is forgotten by mosquitto 2.0.
 */
export async function reloadMosquitto(server: Server): Promise<void> {
  process.kill(server.pid, 'SIGHUP')
  if (await until(() => answers(server.port, connect, connack), 15_000)) return
  throw new Error(`mosquitto (${server.port}): no answer after SIGHUP. It printed:\n${server.log()}`)
}

function configuration(options: MosquittoOptions, dir: string, port: number, tlsPort: number | undefined): string[] {
  const lines = [`set_tcp_nodelay ${options.nodelay ?? true}`, `allow_anonymous ${!options.passwords}`]
  // As root mosquitto would become another user, who could not read the folder.
  if (process.getuid?.() === 0) lines.push('user root')
  if (options.quiet) lines.push('log_type error', 'log_dest stderr')
  if (options.passwords) lines.push(`password_file ${writePasswords(dir, options.passwords)}`)
  if (options.acl) {
    const file = join(dir, 'acl')
    writeFileSync(file, `${options.acl.join('\n')}\n`, { mode: 0o600 })
    lines.push(`acl_file ${file}`)
  }
  if (options.persistence)
    lines.push('persistence true', `persistence_location ${dir}/`, 'autosave_on_changes true', 'autosave_interval 1')
  lines.push(...(options.lines ?? []), `listener ${port} 127.0.0.1`)
  if (options.tls && tlsPort !== undefined) {
    const { ca, serverCert, serverKey } = options.tls
    lines.push(`listener ${tlsPort} 127.0.0.1`)
    lines.push(`cafile ${ca}`, `certfile ${serverCert}`, `keyfile ${serverKey}`)
    if (options.clientCertificates) lines.push('require_certificate true')
  }
  return lines
}

function writePasswords(dir: string, passwords: Readonly<Record<string, string>>): string {
  const hash = need('mosquitto_passwd', how)
  const file = join(dir, 'passwords')
  writeFileSync(file, '', { mode: 0o600 })
  for (const [user, password] of Object.entries(passwords)) execFileSync(hash, ['-b', file, user, password])
  return file
}
