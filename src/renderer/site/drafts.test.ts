import { beforeEach, expect, test } from 'vitest'
import type { ConfigState } from '#shared/site'
import { createDrafts, type Drafts } from './drafts.ts'
import { site } from './site.ts'

interface Form {
  readonly address: string
  readonly on: boolean
}
interface File {
  readonly [name: string]: Form
}

let drafts: Drafts<Form>

/** The window hears that the file says this by now. */
function heard(file: File) {
  // Drafts read nothing of the configuration but by the function that they were made with.
  const config = { config: { file } } as unknown as ConfigState
  site.setState({ config })
}

beforeEach(() => {
  drafts = createDrafts<Form>((config, name) => (config as unknown as { readonly file: File }).file[name])
  heard({ press: { address: 'x', on: true } })
  drafts.setState(new Map([['press', { address: 'y', on: false }]]), true)
})

const typed = () => drafts.getState().get('press')

test('what was typed stays over a file that says otherwise', () => {
  heard({ press: { address: 'z', on: true } })
  expect(typed()).toEqual({ address: 'y', on: false })
})

test('what the file says by now is typed no more, also when the file changes again', () => {
  heard({ press: { address: 'y', on: true } })
  heard({ press: { address: 'x', on: true } })
  expect(typed()).toEqual({ on: false })
  heard({ press: { address: 'x', on: false } })
  expect(typed()).toBeUndefined()
})

test('what was typed goes with what it was about: another one of that name begins anew', () => {
  heard({})
  heard({ press: { address: 'x', on: true } })
  expect(typed()).toBeUndefined()
})

test('a window that is told nothing of the configuration keeps what was typed', () => {
  site.setState({ config: { version: '' } as ConfigState })
  expect(typed()).toEqual({ address: 'y', on: false })
})
