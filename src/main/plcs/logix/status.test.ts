import { describe, expect, it } from 'vitest'
import { extendedStatus, status } from '#main/plcs/cip'
import { failureReason, isTimedOut, statusText } from './status.ts'

describe('CIP status in words', () => {
  it('has words, the code and what to do for every status Logix uses', () => {
    for (const code of Object.values(status)) {
      if (code === status.ok) continue
      expect(statusText(code)).toMatch(/^[a-z].+ \(CIP status 0x[0-9A-F]{2}\)\. [A-Z].+\.$/)
    }
  })

  it('has words of its own for every extended status', () => {
    const general = statusText(status.connectionFailure).split(' (')[0]
    const { keyswitch, offsetOutOfRange, beyondEnd, typeMismatch, downloadInProgress, ...connection } = extendedStatus
    for (const code of Object.values(connection))
      expect(statusText(status.connectionFailure, [code])).not.toContain(general)
    expect(statusText(status.deviceStateConflict, [keyswitch])).toContain('keyswitch')
    for (const code of [offsetOutOfRange, beyondEnd, typeMismatch, downloadInProgress]) {
      expect(statusText(status.extended, [code])).not.toContain('an error of its own')
    }
  })

  it('shows codes it does not know', () => {
    expect(statusText(0x77, [0x1234])).toContain('0x77/0x1234')
  })

  it('tells which requests may have been done although a router gave them up', () => {
    const { connectionTimedOut, unconnectedTimedOut, linkAddressNotValid } = extendedStatus
    expect(isTimedOut(status.vendorSpecific, [connectionTimedOut])).toBe(true)
    expect(isTimedOut(status.connectionFailure, [connectionTimedOut])).toBe(true)
    expect(isTimedOut(status.connectionFailure, [unconnectedTimedOut])).toBe(true)
    expect(isTimedOut(status.connectionFailure, [linkAddressNotValid])).toBe(false)
    expect(isTimedOut(status.vendorSpecific, [])).toBe(false)
  })

  it('tells apart what will stay from what may pass', () => {
    expect(failureReason(status.pathSegmentError, [0])).toBe('unknown-tag')
    expect(failureReason(status.pathUnknown)).toBe('unknown-tag')
    expect(failureReason(status.privilegeViolation)).toBe('no-access')
    expect(failureReason(status.extended, [extendedStatus.beyondEnd])).toBe('out-of-range')
    expect(failureReason(status.extended, [extendedStatus.downloadInProgress])).toBe('refused')
    expect(failureReason(status.deviceStateConflict)).toBe('refused')
  })
})
