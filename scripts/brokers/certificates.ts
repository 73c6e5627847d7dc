import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { need, tempDir } from './server.ts'

/** Paths of PEM files, for 127.0.0.1 and localhost. */
export interface TlsFiles {
  readonly dir: string
  /** The authority that signed both certificates. */
  readonly ca: string
  readonly serverCert: string
  readonly serverKey: string
  /** Key and certificate in one file, as Kafka wants them. */
  readonly serverPem: string
  /** `CN=client`. */
  readonly clientCert: string
  readonly clientKey: string
}

export interface CertificateOptions {
  /** Names the server's certificate is good for; absent: `DNS:localhost` and `IP:127.0.0.1`. */
  readonly names?: readonly string[]
  /** How long they are valid; absent: 2. */
  readonly days?: number
}

/**
 * Makes an authority of its own and a server's and a client's certificate. A second call makes a stranger: its files are
 * not trusted by the first. Throws `Missing` without openssl.
 */
export function makeCertificates(options: CertificateOptions = {}): TlsFiles {
  const program = need('openssl', 'Debian: apt-get install openssl')
  const names = options.names ?? ['DNS:localhost', 'IP:127.0.0.1']
  const dir = tempDir('tls').path
  const at = (file: string) => join(dir, file)
  const openssl = (...args: string[]) => execFileSync(program, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  const newKey = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-noenc',
    '-days',
    `${options.days ?? 2}`,
  ]

  openssl('req', '-x509', ...newKey, '-subj', '/CN=authority for tests', '-keyout', 'ca.key', '-out', 'ca.pem')
  const signed = (who: string, extensions: readonly string[]) => {
    const more = ['basicConstraints=CA:FALSE', ...extensions].flatMap((extension) => ['-addext', extension])
    const files = ['-keyout', `${who}.key`, '-out', `${who}.crt`]
    openssl('req', '-x509', ...newKey, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-subj', `/CN=${who}`, ...more, ...files)
  }
  signed('server', [`subjectAltName=${names.join(',')}`, 'extendedKeyUsage=serverAuth'])
  signed('client', ['extendedKeyUsage=clientAuth'])
  writeFileSync(at('server.pem'), readFileSync(at('server.key'), 'utf8') + readFileSync(at('server.crt'), 'utf8'))

  return {
    dir,
    ca: at('ca.pem'),
    serverCert: at('server.crt'),
    serverKey: at('server.key'),
    serverPem: at('server.pem'),
    clientCert: at('client.crt'),
    clientKey: at('client.key'),
  }
}
