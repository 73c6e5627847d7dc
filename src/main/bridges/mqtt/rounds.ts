/**
 * How long a request may have been on its way at most. MQTT tells no time, and a request can wait anywhere: at the
 * broker, in a socket, in this process while it was stopped, asleep or busy with the journal. So the broker is asked
 * again and again (PINGREQ). It answers in the order of the connection: what is read after its answer left it after
 * the question was asked.
 *
 * What waits at the broker itself, because too much is unconfirmed here, leaves it later than an answer and is older.
 * So a round counts only where no message had to be confirmed while it was under way: then nothing was unconfirmed when
 * the broker answered, and nothing waited there. Under a load that leaves no gap as long as a round, no age is known.
 */
import type { MqttClient } from 'mqtt'
import { attentionMs, type Instant, now, since } from '#main/bridges/attention'

export interface Rounds {
  /** Asks from now on. Nothing that came before is to be judged by it. */
  start(): void
  /** A message that the broker wants to have confirmed was confirmed. */
  confirmed(): void
  /** ms that what is read now can have been on its way at most. */
  longestMs(): number
  stop(): void
}

/** A fraction of what a request may have waited, in ms: some rounds may fail to count. */
const everyMs = 250

export function createRounds(client: MqttClient): Rounds {
  /** Questions without an answer, oldest first; the client's own, which keep the connection alive, are as good. */
  const asked: { readonly at: Instant; readonly confirmed: number }[] = []
  let confirmed = 0
  /** What is read now left the broker after this. */
  let after: Instant | undefined
  let timer: NodeJS.Timeout | undefined

  const longestMs = () => (after ? since(after) : Number.POSITIVE_INFINITY)

  client.on('packetsend', ({ cmd }) => {
    if (cmd === 'pingreq') asked.push({ at: now(), confirmed })
  })
  client.on('packetreceive', ({ cmd }) => {
    const round = cmd === 'pingresp' ? asked.shift() : undefined
    if (!round) return
    if (round.confirmed === confirmed) after = round.at
    // Under load the gaps between messages are short: who asks at once finds one. Not once something waited: a broker
    // may take a moment to send on what it held back.
    else if (timer && asked.length === 0 && longestMs() <= attentionMs) client.sendPing()
  })

  return {
    start: () => {
      after ??= now()
      timer ??= setInterval(() => client.sendPing(), everyMs).unref()
    },
    confirmed: () => {
      confirmed++
    },
    longestMs,
    stop: () => {
      clearInterval(timer)
      timer = undefined
    },
  }
}
