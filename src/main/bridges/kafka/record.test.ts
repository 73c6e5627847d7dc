import { describe, expect, it } from 'vitest'
import { recordMaker } from './record.ts'

const tag = { kind: 'tag', plc: 'Main PLC', tag: 'Motor.Speed' } as const

describe('a record', () => {
  const make = recordMaker({ base: 'site-line1', tagValues: true, tagPartitions: 1 })

  it('of a tag has key, partition and the namespace header, and no first field of its own', () => {
    expect(make({ subject: tag, body: '"plc":"Main PLC"}' })).toEqual({
      topic: 'site-line1',
      record: {
        key: 'Main PLC.Motor.Speed',
        partition: 0,
        value: '{"plc":"Main PLC"}',
        headers: { namespace: 'site-line1' },
      },
    })
  })

  it('of a health and of an answer goes to a topic of its own', () => {
    expect(make({ subject: { kind: 'health', plc: 'P' }, body: '}' })).toEqual({
      topic: 'site-line1.health',
      record: { key: 'P', value: '{}' },
    })
    const subject = { kind: 'response', to: 'site-line1-write-responses', plc: '', tag: '' } as const
    expect(make({ subject, body: '}' })).toEqual({ topic: subject.to, record: { key: '.', value: '{}' } })
  })

  it('that clears has no value and the partition of the value it clears', () => {
    const many = recordMaker({ base: 'b', tagValues: true, tagPartitions: 7 })
    const value = many({ subject: tag, body: '}' })
    const cleared = many({ subject: { kind: 'clear', what: { ...tag } }, body: '' })
    expect(cleared?.record).toMatchObject({ key: value?.record.key, partition: value?.record.partition, value: null })
    const health = make({ subject: { kind: 'clear', what: { kind: 'health', plc: 'P' } }, body: '' })
    expect(health).toEqual({ topic: 'site-line1.health', record: { key: 'P', value: null } })
  })

  it('is none for a value that did not change, and for tags where they are switched off', () => {
    expect(make({ subject: tag, body: '}', refresh: true })).toBeUndefined()
    const off = recordMaker({ base: 'b', tagValues: false, tagPartitions: 1 })
    expect(off({ subject: tag, body: '}' })).toBeUndefined()
    expect(off({ subject: { kind: 'health', plc: 'P' }, body: '}' })).toBeDefined()
  })
})
