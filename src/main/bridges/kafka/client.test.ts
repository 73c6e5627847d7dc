import { expect, test, vi } from 'vitest'
import { createClient } from './client.ts'
import { contextFor, entryFor } from './test-fixture.ts'

test('takes leave of its consumers in closing, but not of those that have left already', async () => {
  const client = await createClient(entryFor(1), contextFor('site'), 'warlink-site')
  const [gone, here] = [client.consumer('a'), client.consumer('b')]
  await gone.disconnect()
  const leaving = [vi.spyOn(gone, 'disconnect'), vi.spyOn(here, 'disconnect')]
  await client.close(1_000)
  expect(leaving.map(({ mock }) => mock.calls.length)).toEqual([0, 1])
})
