/** `tsx scripts/fuzz/requests.ts [count] [seed]`: judges that many mutated write requests; ends with 1 at a broken promise. */
import { fuzzRequests } from './request-mutations.ts'

const [count = 1_000_000, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number)
const start = performance.now()
const { accepted, refused } = fuzzRequests(count, seed)
const s = (performance.now() - start) / 1000
console.log(
  `${count} requests from seed ${seed} in ${s.toFixed(0)} s: ${accepted} accepted, ${refused} refused, no promise broken`,
)
