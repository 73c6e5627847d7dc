/**
 * `npm run mutations [-- part of a name]`: breaks each protection of the gateway in a copy of the source, lets the broken
 * gateway make its isolation run, and demands that the run FAILs. Without a part of a name the table goes into
 * docs/isolation.md. Needs mosquitto, Redis and Kafka; takes about a minute for each protection.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { siteText } from '#main/gateway/test-access-site'
import { guideProgram } from '#main/plcs/simulator/guide-program'
import { startSimulator } from '#main/plcs/simulator/simulator'
import { startKafka } from '#scripts/brokers/kafka'
import { startMosquitto } from '#scripts/brokers/mosquitto'
import { startRedis } from '#scripts/brokers/redis'
import type { CheckResult, Report } from '#shared/isolation-run'
import { broken, type Mutation, mutations } from './mutations.ts'
import { type Row, withTable } from './table.ts'

const project = resolve(import.meta.dirname, '../..')
const document = join(project, 'docs/isolation.md')
/** Without broker rights and TLS: the brokers of this script are open. */
const wanted = '1,2,3,4,5,6,7,8,10,12'

const part = process.argv[2]
const folder = await mkdtemp(join(tmpdir(), 'mutations-'))
const ending: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
try {
  process.exitCode = (await main()) ? 0 : 1
} finally {
  for (const end of ending.reverse()) await end()
}

async function main(): Promise<boolean> {
  const entries = await startBrokers()
  const sites = { alone: await site('mutant', entries, 1), second: await site('twins', entries, 2) }
  const twinConfig = await site('twins', entries, 3)
  const copy = await copySource()

  say('the sound gateway')
  const sound = await verify(copy, sites.alone)
  const soundFails = sound.checks.filter(({ verdict }) => verdict === 'fail')
  if (soundFails.length > 0) return refuse(`the sound gateway fails: ${soundFails.map(failText).join('; ')}`)

  const rows: Row[] = []
  let good = true
  let twin: Promise<void> | undefined
  for (const mutation of mutations.filter(({ protection }) => !part || protection.includes(part))) {
    say(`${mutation.protection}: ${mutation.broken}`)
    if (mutation.twin) {
      twin ??= startTwin(twinConfig)
      await twin
    }
    const report = await brokenRun(copy, mutation, mutation.twin ? sites.second : sites.alone)
    const fails = report.checks.filter(({ verdict }) => verdict === 'fail')
    const seen = fails.find(({ check }) => mutation.seenBy.includes(check))
    say(`  ${report.verdict}: ${fails.map(failText).join('; ') || 'no check failed'}`)
    if (!seen) good = refuse(`${mutation.protection}: none of the checks ${mutation.seenBy.join(', ')} failed`)
    const failed = fails.map(({ check }) => check)
    rows.push({
      protection: mutation.protection,
      broken: mutation.broken,
      failed,
      evidence: seen ? told(seen.summary) : '**unseen**',
    })
  }
  if (!part) await writeFile(document, withTable(await readFile(document, 'utf8'), rows))
  return good
}

async function startBrokers(): Promise<string> {
  const [mosquitto, redis, kafka] = await Promise.all([startMosquitto(), startRedis(), startKafka()])
  for (const server of [mosquitto, redis, kafka]) ending.push(() => server.stop())
  return `mqtt:
  - {name: Central, broker: "127.0.0.1:${mosquitto.port}"}
valkey:
  - {name: Central, address: "127.0.0.1:${redis.port}", enable_writeback: true}
kafka:
  - {name: Central, brokers: ["127.0.0.1:${kafka.port}"], enable_writeback: true}
`
}

/** A site in a folder of its own; its path. */
async function site(namespace: string, entries: string, serial: number): Promise<string> {
  const plc = await startSimulator({ program: guideProgram(), serial: 0xa0 + serial })
  ending.push(() => plc.close())
  const path = join(folder, `site-${serial}`, 'site.yaml')
  await mkdir(join(folder, `site-${serial}`))
  const top = 'commissioning: {plc: Main PLC, tag: Test_DINT}\n'
  await writeFile(path, siteText({ namespace, entries, top, serial }, plc))
  return path
}

/** Everything the command line needs, outside of the project. */
async function copySource(): Promise<string> {
  const copy = join(folder, 'copy')
  await mkdir(copy)
  for (const name of ['src', 'package.json', 'resources'])
    await cp(join(project, name), join(copy, name), { recursive: true })
  await symlink(join(project, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

async function brokenRun(copy: string, mutation: Mutation, config: string): Promise<Report> {
  const sources = new Map<string, string>()
  try {
    for (const edit of mutation.edits) {
      const file = join(copy, edit.file)
      const source = await readFile(file, 'utf8')
      if (!sources.has(file)) sources.set(file, source)
      await writeFile(file, broken(source, edit))
    }
    return await verify(copy, config)
  } finally {
    for (const [file, source] of sources) await writeFile(file, source)
  }
}

function verify(copy: string, config: string): Promise<Report> {
  const child = start(copy, ['verify', '--config', config, '--checks', wanted, '--json'])
  let out = ''
  let told = ''
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0 || code === 1 || code === 2) resolve(JSON.parse(out) as Report)
      else reject(new Error(`warlink verify ended with ${code}:\n${told}`))
    })
  })
}

/** A sound gateway; resolves when it takes requests in everywhere. */
function startTwin(config: string): Promise<void> {
  say('  a sound twin starts')
  const child = start(project, ['run', '--config', config])
  ending.push(() => {
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.kill('SIGTERM')
    return ended
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.on('close', (code) => reject(new Error(`the twin ended with ${code}:\n${text}`)))
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (['mqtt', 'valkey', 'kafka'].every((one) => text.includes(`${one} "Central": write requests are taken in`)))
        resolve()
    })
  })
}

function start(folderOfSource: string, args: readonly string[]): ChildProcess {
  const options = { cwd: folderOfSource, stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[] }
  return spawn(process.execPath, ['--import', 'tsx', join(folderOfSource, 'src/main/cli.ts'), ...args], options)
}

/** Without this computer's name and times: the table is for a document. */
function told(text: string): string {
  const plain = text.replaceAll(` ${hostname()} `, ' another computer ').replace(/, last seen \S+/, '')
  return plain.length > 160 ? `${plain.slice(0, 160)}…` : plain
}

function failText({ check, summary }: CheckResult): string {
  return `${check} ${summary}`
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
}

function refuse(text: string): false {
  say(`NOT SEEN: ${text}`)
  return false
}
