import { describe, expect, test } from 'vitest'
import { NeedsPerson } from '#main/link'
import { inWords, isNotPermitted, isReplica, type Place } from './errors.ts'

const place: Place = {
  entry: { service: 'valkey', name: 'Central' },
  address: 'redis.test:6379',
  base: 'site:a',
  user: 'gw',
  database: 0,
  tls: false,
}

function coded(code: string, message = code): Error {
  return Object.assign(new Error(message), { code })
}

describe('inWords', () => {
  test.each([
    ["NOPERM this user has no permissions to run the 'eval' command or its subcommand", '+eval'],
    ["NOPERM User gw has no permissions to run the 'blpop' command", '+blpop'],
    ['NOPERM this user has no permissions to access one of the keys used as arguments', '~site:a:*'],
    ['NOPERM No permissions to access a key', '~site:a:*'],
    ['NOPERM No permissions to access a channel', '&site:a:*'],
    ["ERR The user executing the script can't publish to the channel mentioned in the command", '&site:a:*'],
    ["ERR The user executing the script can't run this command or subcommand", '+set +publish'],
    ["ERR ACL failure in script: User gw has no permissions to run the 'publish' command", '+publish'],
  ])('names the rule that is missing for: %s', (message, rule) => {
    const error = inWords(place, new Error(message))
    expect(isNotPermitted(new Error(message))).toBe(true)
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error.message.startsWith('valkey "Central": user "gw" may not ')).toBe(true)
    expect(error.message.endsWith(`ACL SETUSER gw ${rule}`)).toBe(true)
  })

  test.each([
    [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'username and password'],
    [new Error('MOVED 866 127.0.0.1:7001'), 'cluster'],
    [
      coded('SELF_SIGNED_CERT_IN_CHAIN'),
      'Set ca_file to the certificate of the authority that signed it, such as your company',
    ],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'ca_file'],
    [coded('CERT_HAS_EXPIRED'), 'clock'],
  ])('asks for a person where trying again is no use: %s', (thrown, hint) => {
    const error = inWords(place, thrown)
    expect(error).toBeInstanceOf(NeedsPerson)
    expect(error.message).toContain(hint)
  })

  test.each([
    new Error('LOADING Redis is loading the dataset in memory'),
    new Error("READONLY You can't write against a read only replica."),
    new Error("OOM command not allowed when used memory > 'maxmemory'."),
    coded('ECONNREFUSED', ''),
    coded('ENOTFOUND'),
  ])('tries again soon where that can help: %s', (thrown) => {
    expect(inWords(place, thrown)).not.toBeInstanceOf(NeedsPerson)
  })

  test('leaves an error alone that is in words already', () => {
    const told = inWords(place, new Error('LOADING'))
    expect(inWords(place, told)).toBe(told)
  })

  test('keeps the socket error as cause, but no reply error: it carries the arguments of AUTH', () => {
    const socket = coded('ECONNRESET')
    expect(inWords(place, socket).cause).toBe(socket)
    const reply = Object.assign(new Error('WRONGPASS no'), { name: 'ReplyError', command: { args: ['gw', 'secret'] } })
    expect(inWords(place, reply).cause).toBeUndefined()
  })
})

test.each([
  ["READONLY You can't write against a read only replica.", true],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", true],
  ["@user_script: 10: -READONLY You can't write against a read only replica.\r\n", true],
  ["OOM command not allowed when used memory > 'maxmemory'.", false],
  ['NOREPLICAS Not enough good replicas to write.', false],
])('a server that says %j is a replica: %s', (message, expected) => {
  expect(isReplica(new Error(message))).toBe(expected)
})
