/** `tsx scripts/fuzz/driver.ts [count] [seed]`: damages that many frames of a controller's answers; ends with 1 at a broken promise. */
import { fuzzDriver } from './driver-frames.ts'

const [count = 100_000, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number)
const start = performance.now()
console.log(`seed ${seed}`)
const seen = await fuzzDriver(count, seed, (damaged) => {
  if (damaged % 10_000 === 0)
    console.log(`${damaged} damaged frames, ${Math.round((performance.now() - start) / 1000)} s`)
})
console.log(
  `${seen.damaged} damaged frames on ${seen.connections} connections in ${((performance.now() - start) / 1000).toFixed(0)} s: ` +
    `${seen.good} values right, ${seen.failed} not read, no promise broken`,
)
