import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { newBoot, openInstance } from './identity.ts'

let folder: string
let place: string
const warn = vi.fn()
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'))
  place = join(folder, 'config.yaml.instance')
  warn.mockReset()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('makes an id at the first run, for its user alone, and keeps it', async () => {
  const first = await openInstance({ places: [place], warn })
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
  expect((await stat(place)).mode & 0o777).toBe(0o600)
  expect(await openInstance({ places: [place], warn })).toBe(first)
  expect(await readdir(folder)).toEqual(['config.yaml.instance'])
  expect(warn).not.toHaveBeenCalled()
})

test('many that start at once get one id', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => openInstance({ places: [place], warn })))
  expect(new Set(ids).size).toBe(1)
  expect((await readFile(place, 'utf8')).trim()).toBe(ids[0])
})

test('where the folder of the configuration can not be written, the id is kept in the next place and found there', async () => {
  const blocked = join(folder, 'file', 'config.yaml.instance')
  await writeFile(join(folder, 'file'), 'no folder')
  const user = join(folder, 'user', 'deep', 'x.instance')
  const first = await openInstance({ places: [blocked, user], warn })
  expect((await readFile(user, 'utf8')).trim()).toBe(first)
  expect(await openInstance({ places: [blocked, user], warn })).toBe(first)
  expect(warn).not.toHaveBeenCalled()
})

test('garbage is put aside, told, and replaced', async () => {
  for (const garbage of ['', 'hello', '\0\0\0\0', '../../etc', `${newBoot()}x`, `${newBoot()} ${newBoot()}`]) {
    warn.mockReset()
    await writeFile(place, garbage)
    const id = await openInstance({ places: [place], warn })
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^instance id: .*holds no id; it is kept as /))
    expect(await openInstance({ places: [place], warn })).toBe(id)
    expect(await readFile(`${place}.broken`, 'utf8')).toBe(garbage)
  }
})

test('an id that can be kept nowhere is used and told', async () => {
  await writeFile(join(folder, 'file'), '')
  const id = await openInstance({ places: [join(folder, 'file', 'a')], warn })
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^instance id: it can't be kept/))
})

test('a file that can not be read is told and never overwritten', async () => {
  await mkdir(place)
  await chmod(place, 0o700)
  await openInstance({ places: [place], warn })
  expect(warn.mock.calls.map(([text]) => text)[0]).toMatch(/can't be read/)
  expect((await stat(place)).isDirectory()).toBe(true)
})

test('each process has a boot id of its own', () => {
  expect(newBoot()).not.toBe(newBoot())
})
