/** Before the first schema is made: zod tries `new Function` otherwise, which the page's CSP forbids and reports. */
import { config } from 'zod'

config({ jitless: true })
