/** Lines that a person or another program gives a running command on its standard input. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * Answers each line of standard input by one line on standard output; empty lines are skipped. Returns how to stop.
 * The end of standard input ends nothing but this. A terminal is left alone where the command runs in its background:
 * the system would halt a process that reads from there.
 */
export function answerLines(answer: (line: string) => string): () => void {
  if (process.stdin.isTTY && inBackground()) return () => {}
  const lines = createInterface({ input: process.stdin, terminal: false })
  lines.on('line', (line) => {
    if (line.trim() !== '') process.stdout.write(`${answer(line)}\n`)
  })
  // Reading may fail when the terminal goes away: then there are no more lines.
  process.stdin.on('error', () => lines.close())
  return () => {
    lines.close()
    process.stdin.destroy()
  }
}

/** Whether another process group has the terminal. Told by Linux alone; elsewhere taken as no. */
function inBackground(): boolean {
  try {
    // proc(5): behind the command in parentheses come state, ppid, pgrp, session, tty_nr, tpgid.
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ') ?? []
    return fields[2] !== fields[5]
  } catch {
    return false
  }
}
