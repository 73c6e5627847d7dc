import { api } from '#renderer/api/index'
import { createTester } from './store.ts'

/** The window's tester: what was sent stays listed while other screens are looked at. */
export const tester = createTester(api)
