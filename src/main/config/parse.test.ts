import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Config, ConfigProblem } from '#shared/config'
import { parseConfig } from './parse.ts'

const fixture = (name: string) => readFileSync(new URL(`./fixtures/guide-${name}.yaml`, import.meta.url), 'utf8')

function good(text: string): Config {
  const parsed = parseConfig(text, 'c.yaml')
  if (!parsed.ok) throw new Error(parsed.problems.map(({ text }) => text).join('\n'))
  return parsed.config
}

function problemsOf(text: string): readonly ConfigProblem[] {
  const parsed = parseConfig(text, 'c.yaml')
  return parsed.ok ? parsed.warnings : parsed.problems
}

describe("the guide's files", () => {
  it.each(['factory-a', 'factory-b'])('loads %s unchanged, without a remark', (name) => {
    const parsed = parseConfig(fixture(name), 'c.yaml')
    expect(parsed.ok && parsed.warnings).toEqual([])
    expect(good(fixture(name))).toEqual({
      namespace: name,
      poll_rate: 1000,
      write_mode: 'armed',
      write_max_age: 2000,
      write_timeout: 3000,
      plcs: [
        {
          name: 'Main PLC',
          driver: 'logix',
          address: '192.168.1.100',
          slot: 0,
          enabled: true,
          poll_rate: 1000,
          timeout: 3000,
          health_check_enabled: true,
          pin: [],
          tags: [
            {
              name: 'Machine_Status.Clear_Fault',
              enabled: true,
              writable: true,
              ignore_changes: [],
              no_mqtt: false,
              no_valkey: false,
              no_kafka: false,
            },
          ],
        },
      ],
      mqtt: [
        {
          name: 'Central',
          enabled: true,
          broker: 'mqtt.colo.example.com',
          port: 1883,
          use_tls: false,
          enable_writeback: true,
          claim: 'on',
          allow_unproven: false,
        },
      ],
      valkey: [
        {
          name: 'Central',
          enabled: true,
          address: 'redis.colo.example.com:6379',
          database: 0,
          use_tls: false,
          enable_writeback: true,
          claim: 'on',
          allow_unproven: false,
          publish_changes: true,
          backlog: 'refuse',
        },
      ],
      kafka: [
        {
          name: 'Central',
          enabled: true,
          brokers: ['kafka.colo.example.com:9092'],
          use_tls: false,
          enable_writeback: true,
          claim: 'on',
          allow_unproven: true,
          required_acks: -1,
          auto_create_topics: true,
          publish_changes: true,
          compression: 'none',
        },
      ],
    })
  })

  it('loads the example with selectors: one broker, two bases', () => {
    expect(good(fixture('selectors')).mqtt.map(({ selector }) => selector)).toEqual(['line1', 'line2'])
  })
})

describe('defaults', () => {
  it('writes back on mqtt, and not on valkey and kafka, where the file does not say', () => {
    const config = good(`namespace: n
mqtt: [{ name: A, broker: h }]
valkey: [{ name: A, address: h }]
kafka: [{ name: A, brokers: [h] }]
`)
    expect(config.mqtt[0]?.enable_writeback).toBe(true)
    expect(config.valkey[0]).toMatchObject({ enable_writeback: false, address: 'h:6379' })
    expect(config.kafka[0]).toMatchObject({ enable_writeback: false, brokers: ['h:9092'] })
  })

  it('gives a PLC the rate of the whole configuration unless it names one', () => {
    const config = good(`namespace: n
poll_rate: 1m30s
plcs:
  - { name: A, address: h }
  - { name: B, address: h, poll_rate: 250ms }
`)
    expect(config.plcs.map(({ poll_rate }) => poll_rate)).toEqual([90_000, 250])
  })

  it('takes a key without a value as absent, and reads "family" as "driver"', () => {
    const config = good('namespace: n\nsite:\nplcs:\n  - name: A\n    address: h\n    family: micro800\n    tags:\n')
    expect(config).not.toHaveProperty('site')
    expect(config.plcs[0]).toMatchObject({ driver: 'micro800', tags: [] })
  })

  it('reads key_ttl 0 as "keys do not expire"', () => {
    const config = good(
      'namespace: n\nvalkey:\n  - { name: A, address: h, key_ttl: 0 }\n  - { name: B, address: i, key_ttl: 30s }\n',
    )
    expect(config.valkey.map(({ key_ttl }) => key_ttl)).toEqual([undefined, 30_000])
  })
})

describe('the address of an MQTT broker', () => {
  const broker = (keys: string) => {
    const { broker, port, use_tls } = good(`namespace: n\nmqtt:\n  - { name: A, ${keys} }\n`).mqtt[0] ?? {}
    return [broker, port, use_tls]
  }
  it.each([
    ['broker: h', ['h', 1883, false]],
    ['broker: "h:1999"', ['h', 1999, false]],
    ['broker: h, port: 1999', ['h', 1999, false]],
    ['broker: "h:1", port: 1', ['h', 1, false]],
    ['broker: "h:65535"', ['h', 65535, false]],
    ['broker: h, use_tls: true', ['h', 8883, true]],
    ['broker: "mqtts://h"', ['h', 8883, true]],
    ['broker: "ssl://h:1883/"', ['h', 1883, true]],
    ['broker: "tcp://h", use_tls: true', ['h', 8883, true]],
    ['broker: "mqtt://h"', ['h', 1883, false]],
    ['broker: "::1"', ['::1', 1883, false]],
    ['broker: "[fe80::1%eth0]:1884"', ['fe80::1%eth0', 1884, false]],
    ['broker: "mqtts://[::1]"', ['::1', 8883, true]],
  ])('takes %s apart', (keys, expected) => expect(broker(keys)).toEqual(expected))
})

const head = 'namespace: n\n'
const plc = `${head}plcs:\n  - name: P\n    address: h\n`
const tag = `${plc}    tags:\n      - name: T\n`
const mqtt = `${head}mqtt:\n  - name: A\n    broker: h\n`
const valkey = `${head}valkey:\n  - name: A\n    address: h\n`
const kafka = `${head}kafka:\n  - name: A\n    brokers: [h]\n`

/** [title, text, severity, path, line, column, part of the text] */
type Mistake = readonly [string, string, 'error' | 'warning', string, number, number, string]

// biome-ignore format: a table
const mistakes: readonly Mistake[] = [
  ['no namespace', 'plcs: []\n', 'error', 'namespace', 1, 1, 'namespace: is missing'],
  ['an empty namespace', 'namespace: ""\n', 'error', 'namespace', 1, 12, 'namespace: is empty; write 1 to 64 letters'],
  ['a namespace without value', 'namespace:\n', 'error', 'namespace', 1, 11, 'is missing'], [ 'a namespace that is a number', 'namespace: 7\n', 'error', 'namespace', 1, 12, 'found the number 7. Put it in quotes.'],
  ['a namespace with a separator', 'namespace: a/b\n', 'error', 'namespace', 1, 12, '"a/b" contains "/"'], [ 'a namespace that is a Kafka topic of another', 'namespace: x-writes\n', 'error', 'namespace', 1, 12, 'ends in "-writes"'],
  ['an unknown key at the top', `${head}mqqt: []\n`, 'warning', 'mqqt', 2, 1, 'mqqt: is no key of this group; it is kept and has no effect. Did you mean mqtt?'],
  ['the word of another product', `${head}redis: []\n`, 'warning', 'redis', 2, 1, 'Did you mean valkey?'], [ 'an unknown key that resembles nothing', `${head}colour: red\n`, 'warning', 'colour', 2, 1, 'Known here: namespace, site'],
  ['a list that is none', `${head}plcs: 5\n`, 'error', 'plcs', 2, 7, 'expected a list of PLCs ("- " before each), found the number 5.'],
  ['a poll rate without unit', `${head}poll_rate: 1000\n`, 'error', 'poll_rate', 2, 12, 'found the number 1000'],
  ['a poll rate too fast', `${head}poll_rate: 100ms\n`, 'error', 'poll_rate', 2, 12, 'a duration from 250ms to 1h'], [ 'a write mode that does not exist', `${head}write_mode: on\n`, 'error', 'write_mode', 2, 13, 'expected armed or read-only, found the text "on".'],
  ['yes instead of true', `${plc}    enabled: yes\n`, 'error', 'plcs[0].enabled', 5, 14, 'PLC "P", enabled: expected true or false, found the text "yes".'],
  ['a PLC without address', `${head}plcs:\n  - name: P\n`, 'error', 'plcs[0].address', 3, 5, 'PLC "P", address: is missing. Expected a host name'],
  ['a PLC without name', `${head}plcs:\n  - address: h\n`, 'error', 'plcs[0].name', 3, 5, 'PLC 1, name: is missing'], [ 'a PLC named as a wildcard', `${head}plcs:\n  - name: "+"\n    address: h\n`, 'error', 'plcs[0].name', 3, 11, 'contains "+"'],
  ['a PLC named as a word of the protocol', `${head}plcs:\n  - name: Write\n    address: h\n`, 'error', 'plcs[0].name', 3, 11, 'a word of the protocol'],
  ['a PLC that is no group', `${head}plcs:\n  - P\n`, 'error', 'plcs[0]', 3, 5, 'PLC 1: expected a group of keys, found the text "P".'],
  ['two PLCs that differ in case only', `${plc}  - name: p\n    address: h\n`, 'error', 'plcs[1].name', 5, 11, 'already given to another PLC (line 3)'],
  ['a driver that does not exist', `${plc}    driver: s7\n`, 'error', 'plcs[0].driver', 5, 13, 'expected logix or micro800 (no other family'],
  ['driver and family that differ', `${plc}    driver: logix\n    family: micro800\n`, 'error', 'plcs[0].family', 6, 13, 'says something else than driver'],
  ['an address that is none', `${head}plcs:\n  - name: P\n    address: 1.2.3\n`, 'error', 'plcs[0].address', 4, 14, 'found the text "1.2.3"'],
  ['a port that is none', `${head}plcs:\n  - name: P\n    address: h:99999\n`, 'error', 'plcs[0].address', 4, 14, 'found the text "h:99999"'],
  ['a slot that is none', `${plc}    slot: 1.5\n`, 'error', 'plcs[0].slot', 5, 11, 'a whole number from 0 to 255, found the number 1.5'],
  ['a connection path that is none', `${plc}    connection_path: 1\n`, 'error', 'plcs[0].connection_path', 5, 22, 'in quotes'],
  ['a slot beside a connection path', `${plc}    slot: 1\n    connection_path: "1,0"\n`, 'warning', 'plcs[0].slot', 5, 11, 'has no effect beside connection_path'],
  ['a pin with a serial as text', `${plc}    pin: [{ vendor: 1, product: 55, serial: "C0FFEE" }]\n`, 'error', 'plcs[0].pin[0].serial', 5, 45, 'PLC "P", pin[0], serial: expected a whole number'],
  ['an unknown key in a pin', `${plc}    pin: [{ vendor: 1, product: 55, serial: 1, rev: 3 }]\n`, 'warning', 'plcs[0].pin[0].rev', 5, 48, 'no key of this group'],
  ['a tag without name', `${plc}    tags: [{ writable: true }]\n`, 'error', 'plcs[0].tags[0].name', 5, 12, 'PLC "P", tag 1, name: is missing'],
  ['a tag with a wildcard', `${plc}    tags: [{ name: "A#" }]\n`, 'error', 'plcs[0].tags[0].name', 5, 20, 'a wildcard of MQTT'],
  ['a tag that is no address', `${plc}    tags: [{ name: A..B }]\n`, 'error', 'plcs[0].tags[0].name', 5, 20, 'is no tag address'],
  ['a tag listed twice', `${tag}      - name: t\n`, 'error', 'plcs[0].tags[1].name', 7, 15, 'another tag of this PLC (line 6)'],
  ['an alias that is the name of another tag', `${tag}      - name: U\n        alias: T\n`, 'error', 'plcs[0].tags[1].alias', 8, 16, '(line 6)'],
  ['a misspelled writable', `${tag}        writeable: true\n`, 'warning', 'plcs[0].tags[0].writeable', 7, 9, 'Did you mean writable?'],
  ['min larger than max', `${tag}        min: 5\n        max: 3\n`, 'error', 'plcs[0].tags[0].min', 7, 14, '5 is larger than max (3)'],
  ['a limit with too many digits', `${tag}        max: 9007199254740993\n`, 'error', 'plcs[0].tags[0].max', 7, 14, 'at most 15 digits'],
  ['a limit that is infinite', `${tag}        max: .inf\n`, 'error', 'plcs[0].tags[0].max', 7, 14, 'expected a number'],
  ['an empty enum', `${tag}        enum: []\n`, 'error', 'plcs[0].tags[0].enum', 7, 15, 'nothing could be written'], [ 'a commissioning PLC that does not exist', `${tag}commissioning: { plc: Q, tag: T }\n`, 'error', 'commissioning.plc', 7, 23, 'no PLC has the name "Q". Did you mean "P"?'],
  ['a commissioning tag that does not exist', `${tag}commissioning: { plc: P, tag: Other }\n`, 'error', 'commissioning.tag', 7, 31, 'no tag of this PLC has the name "Other"'],
  ['a commissioning tag that is not writable', `${tag}commissioning: { plc: P, tag: T }\n`, 'warning', 'commissioning.tag', 7, 31, 'not writable'],
  ['commissioning without tag', `${tag}commissioning: { plc: P }\n`, 'error', 'commissioning.tag', 7, 16, 'is missing'], [ 'an unknown key in commissioning', `${plc}    tags: [{ name: T, writable: true }]\ncommissioning: { plc: P, tag: T, x: 1 }\n`, 'warning', 'commissioning.x', 6, 34, 'no key of this group'],
  ['an entry without broker', `${head}mqtt:\n  - name: A\n`, 'error', 'mqtt[0].broker', 3, 5, 'mqtt "A", broker: is missing'],
  ['two entries of one name', `${mqtt}  - name: A\n    broker: i\n`, 'error', 'mqtt[1].name', 5, 11, 'another entry under mqtt (line 3)'],
  ['a URL with a password', `${head}mqtt:\n  - name: A\n    broker: mqtt://u:hunter2@h\n`, 'error', 'mqtt[0].broker', 4, 13, 'Put them under username and password'],
  ['a scheme that is not supported', `${head}mqtt:\n  - name: A\n    broker: ws://h\n`, 'error', 'mqtt[0].broker', 4, 13, 'Expected mqtt:// or mqtts://'],
  ['two ports that differ', `${head}mqtt:\n  - name: A\n    broker: h:1884\n    port: 1885\n`, 'error', 'mqtt[0].port', 5, 11, 'is 1885, but broker says 1884'],
  ['a scheme against use_tls', `${head}mqtt:\n  - name: A\n    broker: mqtts://h\n    use_tls: false\n`, 'error', 'mqtt[0].use_tls', 5, 14, 'asks for TLS'],
  ['a broker that is no address', `${head}mqtt:\n  - name: A\n    broker: "a b"\n`, 'error', 'mqtt[0].broker', 4, 13, 'is no address'],
  ['a client id without the namespace', `namespace: fac\nmqtt:\n  - name: A\n    broker: h\n    client_id: gateway\n`, 'error', 'mqtt[0].client_id', 5, 16, 'does not contain the namespace "fac"'],
  ['a group without the namespace', `namespace: fac\nkafka:\n  - name: A\n    brokers: [h]\n    consumer_group: g\n`, 'error', 'kafka[0].consumer_group', 5, 21, 'does not contain the namespace "fac"'],
  ['one client id on two entries', `${mqtt}    client_id: nx\n  - name: B\n    broker: h\n    selector: s\n    client_id: nx\n`, 'error', 'mqtt[1].client_id', 9, 16, 'another entry on this broker (line 5)'],
  ['the derived group of another entry', `${kafka}  - name: B\n    brokers: [h]\n    selector: s\n    consumer_group: n-writers\n`, 'error', 'kafka[1].consumer_group', 8, 21, 'another entry on this broker'],
  ['a selector that is a PLC', `${plc}mqtt:\n  - name: A\n    broker: h\n    selector: P\n`, 'error', 'mqtt[0].selector', 8, 15, 'also the name of a PLC'],
  ['a selector that is a word of the protocol', `${mqtt}    selector: tags\n`, 'error', 'mqtt[0].selector', 5, 15, 'a word of the protocol'],
  ["a base that is another's topic", 'namespace: a-write\nkafka:\n  - name: A\n    brokers: [h]\n    selector: responses\n', 'error', 'kafka[0].selector', 5, 15, '"a-write-responses" ends in'],
  ['one base twice on one broker', `${mqtt}  - name: B\n    broker: H.:1883\n`, 'error', 'mqtt[1]', 5, 5, 'mqtt "B": clashes with mqtt "A" (line 3): both have the base "n" on the same broker'],
  ['one base in two databases of one server', `${valkey}  - name: B\n    address: h:6379\n    database: 1\n`, 'error', 'valkey[1]', 5, 5, 'both have the base "n"'],
  ['one base on clusters that share a broker', `${kafka}  - name: B\n    brokers: [i, "h:9092"]\n`, 'error', 'kafka[1]', 5, 5, 'both have the base "n"'],
  ['Kafka topics that differ in . and _', `${head}kafka:\n  - name: A\n    brokers: [h]\n    selector: a.b\n  - name: B\n    brokers: [h]\n    selector: a_b\n`, 'error', 'kafka[1]', 6, 5, '"n-a.b" and "n-a_b" differ only in "." and "_"'],
  ['one base twice, one of them disabled', `${mqtt}  - name: B\n    broker: h\n    enabled: false\n`, 'warning', 'mqtt[1]', 5, 5, 'can not be enabled so'],
  ['one record key of two PLCs', `${head}plcs:\n  - { name: A.B, address: h, tags: [{ name: C }] }\n  - { name: A, address: h, tags: [{ name: B.C }] }\nkafka: [{ name: K, brokers: [h] }]\n`, 'error', 'plcs[1].tags[0]', 4, 35, 'same Kafka record key "A.B.C"'],
  ['a PLC list that names none', `${plc}mqtt:\n  - name: A\n    broker: h\n    plcs: [P, Q]\n`, 'error', 'mqtt[0].plcs[1]', 8, 15, 'no PLC has the name "Q"'],
  ['a password in clear', `${mqtt}    username: u\n    password: hunter2\n`, 'warning', 'mqtt[0].password', 6, 15, 'stands in clear in the file'],
  ['a password of digits', `${mqtt}    password: 12345\n`, 'error', 'mqtt[0].password', 5, 15, 'put a password of digits in quotes, found something else'],
  ['a broken reference', `${mqtt}    password: "\${secret:"\n`, 'error', 'mqtt[0].password', 5, 15, 'begins like a reference and is none'],
  ['a password without user', `${mqtt}    password: \${PW}\n`, 'warning', 'mqtt[0].password', 5, 15, 'without a user name'],
  ['a certificate without key', `${mqtt}    use_tls: true\n    cert_file: c.pem\n`, 'error', 'mqtt[0].cert_file', 6, 16, 'needs key_file beside it'],
  ['a key without certificate', `${valkey}    use_tls: true\n    key_file: c.pem\n`, 'error', 'valkey[0].key_file', 6, 15, 'needs cert_file beside it'],
  ['TLS files without TLS', `${kafka}    ca_file: ca.pem\n`, 'warning', 'kafka[0].ca_file', 5, 14, 'the connection is not encrypted'],
  ['SASL without login', `${kafka}    sasl_mechanism: PLAIN\n`, 'error', 'kafka[0].sasl_mechanism', 5, 21, 'needs username and password'],
  ['login without SASL', `${kafka}    username: u\n    password: \${PW}\n`, 'error', 'kafka[0].username', 5, 15, 'needs sasl_mechanism'],
  ['acknowledgements that do not exist', `${kafka}    required_acks: 2\n`, 'error', 'kafka[0].required_acks', 5, 20, 'expected -1, 0 or 1'],
  ['brokers that are no list', `${head}kafka:\n  - name: A\n    brokers: h\n`, 'error', 'kafka[0].brokers', 4, 14, 'expected a list of addresses'],
  ['an empty list of brokers', `${head}kafka:\n  - name: A\n    brokers: []\n`, 'error', 'kafka[0].brokers', 4, 14, 'at least one address'],
  ['a key written twice', `${head}site: a\nsite: b\n`, 'error', '', 3, 1, 'the key "site" stands twice'],
  ['a tab as indentation', 'namespace: n\nplcs:\n\t- name: P\n', 'error', '', 3, 1, 'Use spaces'],
  ['a quote that is not closed', 'namespace: "n\n', 'error', '', 2, 1, 'not valid YAML here'],
  ['a second document', 'namespace: n\n---\nnamespace: m\n', 'error', '', 2, 1, 'a second document'],
  ['a merge key', 'base: &b { site: s }\nnamespace: n\n<<: *b\n', 'error', '', 3, 1, 'merge keys'],
  ['a key that is a list', '[a]: 1\nnamespace: n\n', 'error', '', 1, 1, 'a key must be a plain word'],
  ['a list instead of a configuration', '- a\n', 'error', '', 1, 1, 'expected a group of keys, found a list'],
  ['an empty file', '', 'error', '', 1, 1, 'c.yaml is empty'],
  ['a file of comments', '# nothing\n', 'error', '', 1, 1, 'c.yaml is empty'],
]

describe('mistakes', () => {
  it.each(mistakes)('tells %s, with its place', (_title, text, severity, path, line, column, part) => {
    const problems = problemsOf(text)
    const problem = problems.find(
      (candidate) => candidate.severity === severity && candidate.path === path && candidate.text.includes(part),
    )
    expect(problem, JSON.stringify(problems, null, 1)).toMatchObject({ line, column })
    if (severity === 'warning') expect(problems.filter((other) => other.severity === 'error')).toEqual([])
  })

  it('tells all of them at once, also those between parts when others are broken', () => {
    const problems = problemsOf(`namespace: a/b
poll_rate: 1
plcs:
  - name: P
    address: h
    slot: x
    tags:
      - { name: A, min: 2, max: 1 }
      - { name: a }
mqtt:
  - { name: M, broker: h }
  - { name: M, broker: h, port: x }
  - { name: N, broker: h }
commissioning: { plc: P, tag: B }
`)
    expect(problems.map(({ path, line }) => `${line} ${path}`)).toEqual([
      '1 namespace',
      '2 poll_rate',
      '6 plcs[0].slot',
      '8 plcs[0].tags[0].min',
      '9 plcs[0].tags[1].name',
      '12 mqtt[1]',
      '12 mqtt[1].name',
      '12 mqtt[1].port',
      '13 mqtt[2]',
      '14 commissioning.tag',
    ])
  })

  it('never repeats a secret', () => {
    for (const secret of [
      '*hunter2',
      '!hunter2',
      '"hunter2',
      '[hunter2',
      '{hunter2: 1',
      '@hunter2',
      '%hunter2',
      '- hunter2',
      '"\\hunter2"',
      '12345hunter2: x',
    ]) {
      const texts = problemsOf(`${mqtt}    password: ${secret}\n    username: [hunter2]\n`).map(({ text }) => text)
      expect(texts.length).toBeGreaterThan(0)
      expect(texts.join(), secret).not.toContain('hunter2')
    }
  })

  const urls = ['redis://:hunter2@h:6379', 'rediss://gw:hunter2@h', 'gw:hunter2@h', 'hunter2@h', 'kafka://hunter2']
  const addressKeys = ['plcs[].address', 'mqtt[].broker', 'valkey[].address', 'kafka[].brokers[]'] as const
  it.each(addressKeys)('never repeats what may hold a login in %s, and says what to write', (key) => {
    const entry = (url: string) =>
      ({
        'plcs[].address': `plcs: [{ name: P, address: "${url}" }]`,
        'mqtt[].broker': `mqtt: [{ name: A, broker: "${url}" }]`,
        'valkey[].address': `valkey: [{ name: A, address: "${url}" }]`,
        'kafka[].brokers[]': `kafka: [{ name: A, brokers: ["${url}"] }]`,
      })[key]
    for (const url of urls) {
      const found = problemsOf(`namespace: n\n${entry(url)}\n`)
      expect(found, url).toHaveLength(1)
      expect(JSON.stringify(found), url).not.toContain('hunter2')
      expect(found[0]?.text, url).toMatch(/Put them under username and password\.|Expected .*host name/)
    }
  })

  it.each([
    ['a list', 'kafka: [{ name: A, brokers: "redis://:hunter2@h" }]'],
    ['a number', 'mqtt: [{ name: A, broker: h, port: "redis://:hunter2@h" }]'],
    ['an entry', 'valkey: ["redis://:hunter2@h"]'],
    ['a duration', 'poll_rate: "redis://:hunter2@h"'],
    ['a selector', 'mqtt: [{ name: A, broker: h, selector: "redis://:hunter2@h" }]'],
    ['a name of a PLC', 'mqtt: [{ name: A, broker: h, plcs: ["redis://:hunter2@h"] }]'],
    ['a name of an entry', 'mqtt: [{ name: "redis://:hunter2@h" }]'],
    ['a key', 'mqtt: [{ name: A, broker: h, "redis://:hunter2@h": 1 }]'],
  ])('never repeats a URL with a login in place of %s', (_what, line) => {
    const found = problemsOf(`namespace: n\n${line}\n`)
    expect(found.length).toBeGreaterThan(0)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  it('shows names as they are, with @ as well', () => {
    const [problem] = problemsOf('namespace: n\nplcs: [{ name: Press@Hall 3, address: h, slot: x }]\n')
    expect(problem?.text).toBe('PLC "Press@Hall 3", slot: expected a whole number from 0 to 255, found the text "x".')
  })
})

describe('two addresses', () => {
  it('may have one base: the same values go to two brokers', () => {
    expect(good(`${mqtt}  - name: B\n    broker: i\n`).mqtt).toHaveLength(2)
  })
})

describe('a file of the incumbent', () => {
  const text = `namespace: n
web: { port: 8080 }
plcs:
  - name: P
    address: h
    enabled: true
    tags: [{ name: A }, { name: B, enabled: true }]
mqtt: [{ name: M, broker: h }]
valkey: [{ name: V, address: h, enabled: true }]
`
  it('counts enabled and publish_changes as false where they are absent, and says so', () => {
    const config = good(text)
    expect(config.plcs[0]?.enabled).toBe(true)
    expect(config.plcs[0]?.tags.map(({ enabled }) => enabled)).toEqual([false, true])
    expect(config.mqtt[0]?.enabled).toBe(false)
    expect(config.valkey[0]).toMatchObject({ enabled: true, publish_changes: false })
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        path: 'web',
        line: 2,
        column: 1,
        text: expect.stringContaining('(3 places)'),
      }),
    ])
  })
})

describe('hostile files', () => {
  const quick = (text: string) => {
    // What takes for ever fails by the test's own time limit.
    const problems = problemsOf(text)
    expect(problems.length).toBeLessThanOrEqual(1_002)
    return problems
  }
  it('refuses an alias bomb', () => {
    const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)
    expect(quick(`namespace: n\na0: &a0 [x]\n${lines.join('\n')}\n`)[0]?.text).toMatch(
      /too many aliases|repeats itself/,
    )
  })
  it('refuses an alias to itself', () =>
    expect(quick('namespace: n\nplcs: &a [*a]\n')[0]?.text).toMatch(/nests too deeply/))
  it('refuses brackets that nest a hundred thousand deep', () => {
    expect(quick(`plcs: ${'['.repeat(100_000)}`)[0]?.text).toMatch(/nests too deeply/)
  })
  it('refuses a file of more than 5 MB', () =>
    expect(quick('#'.repeat(5 * 1024 * 1024 + 1))[0]?.text).toMatch(/larger than 5 MB/))
  it('reads thirty thousand unknown keys, and tells the first 500', () => {
    const problems = quick(`namespace: n\n${Array.from({ length: 30_000 }, (_, i) => `k${i}: 1\n`).join('')}`)
    expect(problems).toHaveLength(501)
    expect(problems.at(-1)?.text).toBe('and 29500 more of this kind')
  })
  it('reads five thousand entries of one base', () => {
    const entries = Array.from({ length: 5_000 }, (_, i) => `  - { name: A${i}, broker: h }\n`).join('')
    expect(quick(`namespace: n\nmqtt:\n${entries}`)[0]?.text).toContain('clashes with mqtt "A0" (line 3)')
  })
  it('reads __proto__ as any other unknown key', () => {
    expect(quick('namespace: n\n__proto__: { x: 1 }\nconstructor: 1\ntoString: 2\n').map(({ path }) => path)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ])
  })
})
