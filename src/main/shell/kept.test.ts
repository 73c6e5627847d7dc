import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKept, firstPlace, placeOn, settingsSchema, withRecent } from './kept.ts'
import { openRecent } from './recent.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-'))
})
afterEach(() => rm(folder, { recursive: true }))

const absent = { keepRunning: false }

test('what was kept is there after the next start, for its user alone', async () => {
  const file = join(folder, 'new/settings.json')
  createKept(file, settingsSchema, absent).set({ keepRunning: true })
  expect(createKept(file, settingsSchema, absent).get()).toEqual({ keepRunning: true })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(folder, 'new'))).toEqual(['settings.json'])
})

test('a broken file is as new, and a place that can not be written lasts as long as the process', async () => {
  const file = join(folder, 'settings.json')
  for (const text of ['', '{', 'null', '{"keepRunning":"yes"}']) {
    await writeFile(file, text)
    expect(createKept(file, settingsSchema, absent).get(), text).toEqual(absent)
  }
  const nowhere = createKept(join(file, 'below/settings.json'), settingsSchema, absent)
  nowhere.set({ keepRunning: true })
  expect(nowhere.get()).toEqual({ keepRunning: true })
})

const screens = [
  { x: 0, y: 0, width: 1920, height: 1080 },
  { x: 1920, y: 200, width: 1280, height: 800 },
]
const place = { x: 2000, y: 300, width: 1000, height: 700, maximized: true }

test('a window opens where it was, on any screen that still shows it', () => {
  expect(placeOn(place, screens)).toEqual(place)
  expect(placeOn({ ...place, x: -850 }, screens)).toMatchObject({ x: -850 })
})

test('a window of a screen that is gone, or whose title bar is out of reach, opens where the OS puts it', () => {
  const { width, height, maximized } = place
  const anywhere = { width, height, maximized }
  expect(placeOn(place, screens.slice(0, 1))).toEqual(anywhere)
  for (const wrong of [{ x: -950 }, { x: 3150 }, { x: 100, y: -500 }, { x: 100, y: 1_050 }])
    expect(placeOn({ ...place, ...wrong }, screens), JSON.stringify(wrong)).toEqual(anywhere)
  expect(placeOn(firstPlace, screens)).toEqual(firstPlace)
})

test('recent configurations: each once, the newest first, ten at most, also from other windows', () => {
  expect(withRecent(['a', 'b', 'c'], 'c')).toEqual(['c', 'a', 'b'])
  const many = Array.from({ length: 12 }, (_, i) => `${i}`)
  expect(withRecent(many, 'x')).toHaveLength(10)
  const [one, other] = [openRecent(folder), openRecent(folder)]
  one.add('/a.yaml')
  other.add('/b.yaml')
  expect(one.list()).toEqual(['/b.yaml', '/a.yaml'])
})
