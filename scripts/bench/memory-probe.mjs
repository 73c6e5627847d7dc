// Loaded into a gateway's process by `outage`: at SIGUSR2 garbage is collected, and what is left is told in one line.
process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.stderr.write(`memory-probe ${heapUsed + external} ${rss}\n`)
})
