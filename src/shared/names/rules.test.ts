import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base, clientId, kafkaNames, mqttNames, valkeyNames } from './build.ts'
import { plcOfWriteTopic } from './parse.ts'
import {
  aliasProblem,
  baseProblem,
  namespaceProblem,
  namespaceRules,
  ownedNameProblem,
  plcNameProblem,
  selectorProblem,
  tagNameProblem,
} from './rules.ts'

const nfd = 'e\u0301'

describe('a namespace', () => {
  it.each(['a', '7', 'site-001', 'us-east-plant-1', 'Acme.Chicago_2', 'x'.repeat(64), 'writes', 'health'])(
    'may be %s',
    (name) => expect(namespaceProblem(name)).toBeUndefined(),
  )
  it.each([
    ['', 'is empty'],
    ['x'.repeat(65), 'at most 64'],
    ['a b', 'contains " "'],
    ['a/b', 'contains "/"'],
    ['a:b', 'contains ":"'],
    ['a+', 'contains "+"'],
    ['#', 'contains "#"'],
    ['köln', 'contains "ö"'],
    ['a\n', 'contains "\\n"'],
    ['-a', 'must begin with a letter or digit'],
    ['a.', 'must end in a letter or digit'],
    ['_a', 'reserved for the gateway'],
    ['x-writes', 'ends in "-writes"'],
    ['x-write-responses', 'ends in "-write-responses"'],
    ['x.health', 'ends in ".health"'],
    ['x_health', 'ends in "_health"'],
  ])('may not be "%s"', (name, why) => expect(namespaceProblem(name)).toContain(why))
})

describe('a selector', () => {
  it.each(['writes', 'write-responses', 'Write', 'TAGS', 'health', 'a/b', '_gw', 'x-writes', ''])(
    'may not be "%s"',
    (selector) => expect(selectorProblem(selector)).toBeDefined(),
  )
  it('may not be the name of a PLC of the same configuration', () => {
    expect(selectorProblem('Line1', ['Line1'])).toContain('name of a PLC')
    expect(selectorProblem('Line1', ['Line2'])).toBeUndefined()
  })
  it('may not make a base that is a topic of another namespace', () => {
    expect(selectorProblem('responses')).toBeUndefined()
    expect(baseProblem(base('kafka', 'a-write', 'responses'))).toContain('-write-responses')
    expect(baseProblem(base('kafka', 'a', 'line1'))).toBeUndefined()
  })
})

describe('the name of a PLC', () => {
  it.each(['Main PLC', 'P', 'Füllerei 2', '罐线', 'A.B-C_d (1)', 'x'.repeat(100), 'é', 'tag'])('may be %s', (name) =>
    expect(plcNameProblem(name)).toBeUndefined(),
  )
  it.each([
    ['', 'is empty'],
    ['x'.repeat(101), 'at most 100'],
    [' a', 'begins or ends with a space'],
    ['a ', 'begins or ends with a space'],
    ['a/b', '"/"'],
    ['+', '"+"'],
    ['a#', '"#"'],
    ['a:b', '":"'],
    ['a\u0000b', 'U+0000'],
    ['a\tb', 'U+0009'],
    ['a\u00a0b', 'U+00A0'],
    ['a\u200bb', 'U+200B'],
    ['a\u202eb', 'U+202E'],
    ['a\ud800', 'U+D800'],
    ['a\uffff', 'U+FFFF'],
    [nfd, 'normal form NFC'],
    ['packs', 'a word of the protocol'],
    ['_all', 'reserved for the gateway'],
    ['_gw', 'reserved for the gateway'],
    ['Write', 'a word of the protocol'],
    ['WRITES', 'a word of the protocol'],
    ['Tags', 'a word of the protocol'],
    ['health', 'a word of the protocol'],
  ])('may not be "%s"', (name, why) => expect(plcNameProblem(name)).toContain(why))
})

describe('the name of a tag', () => {
  it.each([
    'Counter',
    'Machine_Status.Clear_Fault',
    'Program:Main.Counter',
    'Arr[3]',
    'Arr[1,2,3].Sub[4].Word.5',
    'Local:1:I.Data.0',
    'Rack:I.Slot[2].Data',
    '_IO_EM_DO_00',
    'write',
  ])('may be %s', (name) => expect(tagNameProblem(name)).toBeUndefined())
  it.each([
    '',
    ' A',
    'A+',
    '#',
    'A..B',
    'A.',
    '.A',
    'A[',
    'A[]',
    'A[1,2,3,4]',
    'A[x]',
    '1A',
    'A/B',
    'A B',
    'Ä',
    '__probe_1',
    'A:',
    'A\n',
    'x'.repeat(401),
  ])('may not be "%s"', (name) => expect(tagNameProblem(name)).toBeDefined())
})

describe('an alias', () => {
  it.each(['Füllstand', 'Line 1/Speed', 'a:b', 'Level.SP'])('may be %s', (alias) =>
    expect(aliasProblem(alias)).toBeUndefined(),
  )
  it.each(['', 'a+b', '#', ' a', '_a', '__probe', 'a\u0007', nfd])('may not be "%s"', (alias) =>
    expect(aliasProblem(alias)).toBeDefined(),
  )
})

describe('a configured client id or group', () => {
  it('must contain the namespace', () => {
    expect(ownedNameProblem('gateway', 'factory-a')).toContain('does not contain the namespace "factory-a"')
    expect(ownedNameProblem('gw-factory-a-1', 'factory-a')).toBeUndefined()
  })
})

const characters = [...'aZ09._- /+#:éwritestagshealth']
const word = fc.string({ unit: fc.constantFrom(...characters), maxLength: 12 })
const namespace = word.filter((text) => namespaceProblem(text) === undefined)
const plc = word.filter((text) => plcNameProblem(text) === undefined)
const tag = word.filter((text) => aliasProblem(text) === undefined)
const selector = fc.option(
  word.filter((text) => selectorProblem(text) === undefined),
  { nil: undefined },
)

describe('names made of good parts', () => {
  it('have no wildcard, and no separator in namespace, selector and PLC', () => {
    fc.assert(
      fc.property(namespace, selector, plc, tag, (ns, sel, plc, tag) => {
        expect(`${ns}${sel ?? ''}`).not.toMatch(/[/+#: ]/)
        expect(plc).not.toMatch(/[/+#:]/)
        expect(mqttNames.tag(base('mqtt', ns, sel), plc, tag)).not.toMatch(/[+#\0]/)
        expect(kafkaNames.tags(base('kafka', ns, sel))).toMatch(/^[A-Za-z0-9._-]{1,249}$/)
      }),
    )
  })

  it('contain the namespace, whatever they are for', () => {
    fc.assert(
      fc.property(namespace, selector, plc, tag, (ns, sel, plc, tag) => {
        const [m, v, k] = [base('mqtt', ns, sel), base('valkey', ns, sel), base('kafka', ns, sel)]
        const names = [
          mqttNames.tag(m, plc, tag),
          mqttNames.health(m, plc),
          mqttNames.write(m, plc),
          mqttNames.writeFilter(m),
          mqttNames.presence(m, 'w'),
          mqttNames.owner(m),
          valkeyNames.tag(v, plc, tag),
          valkeyNames.changes(v, plc),
          valkeyNames.allChanges(v),
          valkeyNames.writes(v),
          valkeyNames.responses(v),
          valkeyNames.stale(v, 1),
          valkeyNames.holder(v),
          kafkaNames.health(k),
          kafkaNames.writes(k),
          kafkaNames.responses(k),
          kafkaNames.writersGroup(k),
          kafkaNames.watchGroup(k, 'w', '0'),
        ]
        expect(names.every((name) => name.startsWith(ns))).toBe(true)
        expect(clientId(m, 'w')).toContain(ns)
      }),
    )
  })

  it('are different for different PLC and tag', () => {
    fc.assert(
      fc.property(namespace, selector, plc, tag, plc, tag, (ns, sel, plc1, tag1, plc2, tag2) => {
        fc.pre(plc1 !== plc2 || tag1 !== tag2)
        const [m, v] = [base('mqtt', ns, sel), base('valkey', ns, sel)]
        expect(mqttNames.tag(m, plc1, tag1)).not.toBe(mqttNames.tag(m, plc2, tag2))
        expect(valkeyNames.tag(v, plc1, tag1)).not.toBe(valkeyNames.tag(v, plc2, tag2))
      }),
    )
  })

  it('never make a tag value, a health message or a response a write request', () => {
    fc.assert(
      fc.property(namespace, selector, plc, tag, (ns, sel, plc, tag) => {
        const [m, v, k] = [base('mqtt', ns, sel), base('valkey', ns, sel), base('kafka', ns, sel)]
        const topics = [
          mqttNames.tag(m, plc, tag),
          mqttNames.health(m, plc),
          mqttNames.response(mqttNames.write(m, plc)),
          mqttNames.owner(m),
        ]
        expect(topics.map((topic) => plcOfWriteTopic(m, topic))).toEqual([undefined, undefined, undefined, undefined])
        expect([valkeyNames.tag(v, plc, tag), valkeyNames.health(v, plc)]).not.toContain(valkeyNames.writes(v))
        expect(
          new Set([kafkaNames.tags(k), kafkaNames.health(k), kafkaNames.writes(k), kafkaNames.responses(k)]).size,
        ).toBe(4)
      }),
    )
  })

  it('never put values on the write topic, list or channel of another namespace', () => {
    fc.assert(
      fc.property(namespace, selector, namespace, selector, (ns1, sel1, ns2, sel2) => {
        const [one, two] = [base('kafka', ns1, sel1), base('kafka', ns2, sel2)]
        fc.pre(baseProblem(one) === undefined && baseProblem(two) === undefined)
        for (const topic of [kafkaNames.writes(two), kafkaNames.responses(two), kafkaNames.health(two)]) {
          expect(kafkaNames.tags(one)).not.toBe(topic)
        }
      }),
    )
  })

  it('are parsed back: the PLC of a write topic', () => {
    fc.assert(
      fc.property(namespace, selector, plc, (ns, sel, plc) => {
        const own = base('mqtt', ns, sel)
        expect(plcOfWriteTopic(own, mqttNames.write(own, plc))).toBe(plc)
      }),
    )
  })
})

it('the rules of a namespace one by one say the same as all of them together', () => {
  for (const name of ['factory-a', '', '_x', 'a-writes', 'ä', 'x'.repeat(65), '.health']) {
    const problems = namespaceRules(name).flatMap(({ problem }) => (problem ? [problem] : []))
    expect(problems[0]).toBe(namespaceProblem(name))
  }
})
