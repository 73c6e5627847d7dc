import { expect, test } from 'vitest'
import { misplaced, showsToken } from './access.ts'

const door = { host: '127.0.0.1:4711', token: 'abc_DEF-123' }
const good = { host: door.host, authorization: `Bearer ${door.token}` }
const place = { isOwnHost: (host: string) => host === door.host, scheme: 'http' } as const
const status = (headers: Record<string, string | undefined>) =>
  misplaced(headers, place)?.status ?? (showsToken(headers, door.token) ? 200 : 401)

test('lets in who has the token', () => {
  expect(status(good)).toBe(200)
  expect(status({ ...good, authorization: `bearer ${door.token}` })).toBe(200)
})

test('lets in our own page with the token, and no other page', () => {
  expect(status({ ...good, origin: 'http://127.0.0.1:4711' })).toBe(200)
  for (const origin of [
    'http://evil.example',
    'https://127.0.0.1:4711',
    'http://127.0.0.1:4712',
    'http://localhost:4711',
    'null',
    '',
  ])
    expect(status({ ...good, origin }), origin).toBe(403)
})

test('refuses other names of this computer: a page may have made its own name point here', () => {
  for (const host of [
    'evil.example:4711',
    'localhost:4711',
    '127.0.0.1',
    '127.0.0.1:4712',
    '127.0.0.1:4711.evil.example',
    undefined,
  ])
    expect(status({ ...good, host }), host).toBe(421)
})

test('refuses a missing, wrong, shortened or lengthened token', () => {
  const wrong = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer abc_DEF-12',
    'Bearer abc_DEF-1234',
    'Bearer ABC_DEF-123',
    `Basic ${door.token}`,
    door.token,
  ]
  for (const authorization of wrong) expect(status({ ...good, authorization }), authorization).toBe(401)
  expect(status({ ...good, authorization: `Bearer ${'x'.repeat(10_000)}` })).toBe(401)
})
