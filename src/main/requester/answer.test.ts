import { describe, expect, it } from 'vitest'
import { askedBy, isAnswerTo } from './answer.ts'

const request = '{"plc":"P","tag":"T","value":1.50}'
const answer = (more: object = {}) => JSON.stringify({ plc: 'P', tag: 'T', value: 1.5, success: true, ...more })
const fits = (payload: string, asked = request) => isAnswerTo(askedBy(asked), payload)

describe('the answer to a request', () => {
  it('is known by PLC, tag and value, whatever came of it', () => {
    expect(fits(answer())).toBe(true)
    expect(fits(answer({ success: false, error: 'tag is not writable' }))).toBe(true)
    for (const other of [{ plc: 'Q' }, { tag: 't' }, { value: 1 }, { value: '1.5' }, { success: 'yes' }])
      expect(fits(answer(other)), JSON.stringify(other)).toBe(false)
  })

  it('is known by the request id alone where there is one', () => {
    const asked = '{"plc":"P","tag":"T","value":1,"request_id":"a"}'
    expect(fits(answer({ request_id: 'a', value: 2 }), asked)).toBe(true)
    expect(fits(answer({ request_id: 'b' }), asked)).toBe(false)
    expect(fits(answer(), asked)).toBe(false)
    // That of somebody else, who asked the same with an id.
    expect(fits(answer({ request_id: 'b' }))).toBe(false)
  })

  it('to what could not be read has nothing in it', () => {
    const unread = JSON.stringify({ plc: 'P', tag: '', value: null, success: false, error: 'request is not JSON' })
    for (const asked of ['not json', '[]', '{"tag":5}', '{"request_id":5}'])
      expect(fits(unread, asked), asked).toBe(true)
    expect(fits(answer(), 'not json')).toBe(false)
  })

  it('is no text that is not an answer', () => {
    for (const payload of ['', 'null', '[]', '{"success":true', '{"tag":"T","value":1.5}'])
      expect(fits(payload), payload).toBe(false)
  })

  it('has the same value to the last digit', () => {
    const asked = '{"tag":"T","value":9007199254740993}'
    expect(fits('{"tag":"T","value":9007199254740993,"success":true}', asked)).toBe(true)
    expect(fits('{"tag":"T","value":9007199254740992,"success":true}', asked)).toBe(false)
  })
})
