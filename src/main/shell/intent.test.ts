import { expect, test } from 'vitest'
import { argsOf, intentOf } from './intent.ts'

const commands = ['run', 'serve', 'check', 'help']
const intent = (...args: string[]) => intentOf(args, commands)

test('without arguments it is a window on the default configuration', () => {
  expect(intent()).toEqual({ kind: 'window', recovered: 0 })
})

test('a configuration is named, dropped on the program or opened with it', () => {
  for (const args of [['--config', 'a.yaml'], ['--config=a.yaml'], ['-c', 'a.yaml'], ['a.yaml']])
    expect(intent(...args), args.join(' ')).toEqual({ kind: 'window', config: 'a.yaml', recovered: 0 })
})

test('a command goes to the command line with everything behind it', () => {
  expect(intent('check', '--config', 'a.yaml', '--json')).toEqual({
    kind: 'command',
    args: ['check', '--config', 'a.yaml', '--json'],
  })
  expect(intent('--no-sandbox', 'serve', '--port', '80')).toEqual({ kind: 'command', args: ['serve', '--port', '80'] })
  for (const word of ['--version', '-v', '--help', '-h'])
    expect(intent(word)).toEqual({ kind: 'command', args: [word] })
})

test('a configuration file that is called like a command is a file', () => {
  expect(intent('--config', 'check')).toEqual({ kind: 'window', config: 'check', recovered: 0 })
  expect(intent('./check')).toEqual({ kind: 'window', config: './check', recovered: 0 })
})

test("Chromium's switches are none of ours", () => {
  expect(intent('--user-data-dir=/x', '--inspect=0', '--demo', '--disable-gpu')).toEqual({ kind: 'demo', recovered: 0 })
  expect(intent('--original-process-start-time=1', 'a.yaml')).toMatchObject({ config: 'a.yaml' })
})

test('an intent survives the way to another process', () => {
  for (const one of [
    { kind: 'window', recovered: 0 },
    { kind: 'window', config: '/a b/--c.yaml', recovered: 2 },
    { kind: 'demo', recovered: 1 },
  ] as const)
    expect(intent(...argsOf(one))).toEqual(one)
})
