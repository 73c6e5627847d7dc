/** `tsx scripts/fuzz/config.ts [count] [seed]`: reads that many mutated configuration files; ends with 1 at a broken promise. */
import { readFileSync } from 'node:fs'
import { fuzz } from './config-mutations.ts'

const [count = 1_000_000, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number)
const texts = ['factory-a', 'demo'].map((name) =>
  readFileSync(new URL(`../../resources/${name}.yaml`, import.meta.url), 'utf8'),
)
const short = readFileSync(new URL('../../src/main/config/fixtures/every-key.yaml', import.meta.url), 'utf8')
const start = performance.now()
const round = 10_000
const total = { configurations: 0, refused: 0, slowestMs: 0 }
for (let done = 0; done < count; done += round) {
  const seen = fuzz([...texts, short, short], Math.min(round, count - done), seed + done)
  total.configurations += seen.configurations
  total.refused += seen.refused
  total.slowestMs = Math.max(total.slowestMs, seen.slowestMs)
}
const s = (performance.now() - start) / 1000
console.log(
  `${count} files from seed ${seed} in ${s.toFixed(0)} s: ${total.configurations} configurations, ${total.refused} refused, ` +
    `the slowest took ${total.slowestMs.toFixed(0)} ms, no promise broken`,
)
