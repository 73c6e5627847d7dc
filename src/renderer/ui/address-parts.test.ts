import { expect, test } from 'vitest'
import { addressParts } from './address-parts.ts'

const words = (address: string, namespace?: string) =>
  addressParts(address, namespace).map(({ kind, text }) => (kind === 'namespace' ? `<${text}>` : text))

test('the namespace stands out in topics, keys, Kafka topics and client ids', () => {
  expect(words('factory-a/Main PLC/tags/Level', 'factory-a')).toEqual([
    '<factory-a>',
    '/',
    'Main PLC',
    '/',
    'tags',
    '/',
    'Level',
  ])
  expect(words('factory-a:writes', 'factory-a')).toEqual(['<factory-a>', ':', 'writes'])
  expect(words('factory-a.health', 'factory-a')).toEqual(['<factory-a>', '.health'])
  expect(words('warlink-factory-a-3f8a21c4-b71e', 'factory-a')).toEqual(['warlink-', '<factory-a>', '-3f8a21c4-b71e'])
})

test('a foreign name that merely begins like ours is not marked as ours', () => {
  expect(words('factory-a2/Main PLC/write', 'factory-a')).toEqual(['factory-a2', '/', 'Main PLC', '/', 'write'])
  expect(words('xfactory-a:writes', 'factory-a')).toEqual(['xfactory-a', ':', 'writes'])
})

test('parts put together are the address again', () => {
  for (const address of ['', 'a//b', 'Main PLC.Program:Main.Step', 'factory-a/+/write']) {
    expect(
      addressParts(address, 'factory-a')
        .map(({ text }) => text)
        .join(''),
    ).toBe(address)
  }
})
