/** `tsx scripts/fuzz/simulator.ts [count] [seed]`: sends that many damaged frames to the simulated controller; ends with 1 at a broken promise. */
import { fuzzSimulator } from './simulator-frames.ts'

const [count = 100_000, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number)
const start = performance.now()
console.log(`seed ${seed}`)
const { damaged, sockets, polls } = await fuzzSimulator(count, seed)
console.log(
  `${damaged} damaged frames on ${sockets} sockets in ${((performance.now() - start) / 1000).toFixed(0)} s: ` +
    `${polls} polls of another client were right, no promise broken`,
)
