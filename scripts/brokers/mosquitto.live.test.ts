import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { makeCertificates, type TlsFiles } from './certificates.ts'
import { liveDescribe, uniqueNamespace } from './live.ts'
import { type MosquittoOptions, reloadMosquitto, startMosquitto } from './mosquitto.ts'
import { answers, type Server, tempDir, until } from './server.ts'

liveDescribe('mosquitto', 'a mosquitto for tests', (shared) => {
  const servers: Server[] = []
  const start = async (options?: MosquittoOptions) => {
    const server = await startMosquitto(options)
    servers.push(server)
    return server
  }
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()))
  })

  test('is there for all test files', async () => {
    expect(await retainedAfter(shared.port, uniqueNamespace(), async () => {})).toBe('kept')
  })

  test('is killed, and comes back on the same port without its retained messages', async () => {
    const server = await start()
    const seen = await retainedAfter(server.port, 'a/b', async () => {
      const first = server.pid
      await server.kill()
      expect(server.pid).toBe(0)
      expect(await answers(server.port)).toBe(false)
      await server.restart()
      expect(server.pid).not.toBe(first)
    })
    expect(seen).toBeUndefined()
    expect(server.log()).toContain(`mosquitto version`)
  })

  test('keeps its retained messages over SIGKILL where asked to, until told to lose them', async () => {
    const server = await start({ persistence: true })
    const killed = async () => {
      expect(await until(() => readFileSync(join(server.dir, 'mosquitto.db')).includes('kept'), 5_000)).toBe(true)
      await server.kill()
      await server.restart()
    }
    expect(await retainedAfter(server.port, 'a/b', killed)).toBe('kept')
    expect(await retainedAfter(server.port, 'a/b', () => server.restart({ loseData: true }))).toBeUndefined()
  })

  test('is frozen and goes on', async () => {
    const server = await start()
    const client = await connect(server.port)
    server.pause()
    let confirmed = false
    const published = client.publishAsync('a', 'b', { qos: 1 }).then(() => {
      confirmed = true
    })
    expect(await until(() => confirmed, 300)).toBe(false)
    server.resume()
    await published
    await client.endAsync(true)
    server.pause()
    await server.stop()
    expect(server.pid).toBe(0)
  })

  test('asks for a password and keeps to its rights', async () => {
    const server = await start({ passwords: { gateway: 'secret' }, acl: ['user gateway', 'topic readwrite mine/#'] })
    await expect(connect(server.port)).rejects.toThrow(/Not authorized/)
    await expect(connect(server.port, { username: 'gateway', password: 'wrong' })).rejects.toThrow(/Not authorized/)
    const client = await connect(server.port, { username: 'gateway', password: 'secret' })
    await client.publishAsync('mine/a', 'x', { qos: 1 })
    await expect(client.publishAsync('other/a', 'x', { qos: 1 })).rejects.toThrow(/Not authorized/)
    await client.endAsync(true)
  })

  test('works by new rights once it has reloaded them, however soon the next ones come', async () => {
    const rules = (topic: string) => ['user gateway', `topic readwrite ${topic}`]
    const server = await start({ passwords: { gateway: 'secret' }, acl: rules('x/0') })
    for (let n = 1; n <= 40; n++) {
      writeFileSync(join(server.dir, 'acl'), `${rules(`x/${n}`).join('\n')}\n`)
      await reloadMosquitto(server)
      const client = await connect(server.port, { username: 'gateway', password: 'secret' })
      await client.publishAsync(`x/${n}`, 'x', { qos: 1 })
      await client.endAsync(true)
    }
  })

  test('speaks TLS, refuses a stranger and can ask for a certificate', async () => {
    const tls = makeCertificates()
    const server = await start({ tls, clientCertificates: true })
    const client = await connect(server.tlsPort ?? 0, tlsOptions(tls))
    await client.endAsync(true)
    await expect(connect(server.tlsPort ?? 0, tlsOptions(makeCertificates()))).rejects.toThrow(/certificate/)
    await expect(connect(server.tlsPort ?? 0, { protocol: 'mqtts', ca: readFileSync(tls.ca) })).rejects.toThrow()
  })

  test.runIf(process.platform === 'linux')(
    'ends with the process that started it, even when that is killed',
    async () => {
      const starter = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'mosquitto.ts')).href)
      const dir = tempDir('orphan')
      const code = `import(${starter}).then((at) => at.startMosquitto({ dir: ${JSON.stringify(dir.path)} })).then((server) => console.log(server.port))`
      const parent = spawn(process.execPath, ['--import', 'tsx', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
      const port = Number(String((await once(parent.stdout, 'data'))[0]))
      expect(await answers(port)).toBe(true)
      parent.kill('SIGKILL')
      expect(await until(async () => !(await answers(port)), 5_000)).toBe(true)
    },
  )

  test('says what it printed when it cannot start', async () => {
    await expect(startMosquitto({ lines: ['no_such_option true'] })).rejects.toThrow(/ended with.*no_such_option/s)
  })
})

function connect(port: number, options: IClientOptions = {}) {
  const client = mqtt.connect({
    host: '127.0.0.1',
    port,
    protocol: 'mqtt',
    protocolVersion: 5,
    reconnectPeriod: 0,
    ...options,
  })
  return new Promise<MqttClient>((resolve, reject) => {
    client
      .once('connect', () => resolve(client))
      .on('error', reject)
      .once('close', () => reject(new Error('closed')))
  })
}

const tlsOptions = (tls: TlsFiles): IClientOptions => ({
  protocol: 'mqtts',
  ca: readFileSync(tls.ca),
  cert: readFileSync(tls.clientCert),
  key: readFileSync(tls.clientKey),
})

/** What is retained on `topic` after 'kept' was retained there and `meanwhile` happened. */
async function retainedAfter(port: number, topic: string, meanwhile: () => Promise<void>): Promise<string | undefined> {
  const writer = await connect(port)
  await writer.publishAsync(topic, 'kept', { qos: 1, retain: true })
  await writer.endAsync(true)
  await meanwhile()
  const reader = await connect(port)
  let seen: string | undefined
  reader.on('message', (at, payload) => {
    if (at === topic) seen = payload.toString()
  })
  await reader.subscribeAsync([topic, 'end'], { qos: 1 })
  const done = new Promise<void>((resolve) => reader.on('message', (at) => at === 'end' && resolve()))
  await reader.publishAsync('end', '', { qos: 1 })
  await done
  await reader.endAsync(true)
  return seen
}
