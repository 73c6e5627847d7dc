import { expect, test } from 'vitest'
import { createPasswordCheck } from './password.ts'

const right = 'correct horse'

test('knows the right password, in any Unicode form, and no other', async () => {
  const { check } = await createPasswordCheck('Füllstand 1')
  expect(await check('Füllstand 1'.normalize('NFD'), 'a')).toBe('right')
  expect(await check('', 'a')).toBe('wrong')
  expect(await check('Füllstand 10', 'a')).toBe('wrong')
  expect(await check('x'.repeat(2_000), 'a')).toBe('wrong')
})

test('a caller that guesses has five tries a minute, and then not even the right one counts', async () => {
  let time = 0
  const { check } = await createPasswordCheck(right, () => time)
  for (let i = 0; i < 5; i++) expect(await check(`guess ${i}`, 'a')).toBe('wrong')
  expect(await check(right, 'a')).toBe('too-many')
  expect(await check(right, 'b'), 'another one is not kept out').toBe('right')
  time += 60_001
  expect(await check(right, 'a')).toBe('right')
})

test('who knows the password is not slowed down by using it', async () => {
  const { check } = await createPasswordCheck(right)
  for (let i = 0; i < 7; i++) expect(await check(right, 'a')).toBe('right')
})

test('guesses from many addresses are slowed down together', async () => {
  const { check } = await createPasswordCheck(right)
  const guesses = await Promise.all(Array.from({ length: 40 }, (_, i) => check(`guess ${i}`, `address ${i}`)))
  expect(guesses.filter((outcome) => outcome === 'wrong')).toHaveLength(30)
})
