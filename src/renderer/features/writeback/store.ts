/** The tester's state: the draft, what was sent, and what is looked at. It lives as long as the window. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { api } from '#renderer/api/index'
import type { EntryId } from '#shared/broker'
import type { NegativeCase } from '#shared/negative-cases'
import type { TesterHop } from '#shared/tester'
import type { RequestMessage } from '#shared/write-request'
import { type Draft, emptyDraft, newRequestId } from './draft.ts'
import { mostSent, type Sent } from './history.ts'

export interface TesterState {
  readonly draft: Draft
  /** Newest first. */
  readonly history: readonly Sent[]
  /** Which of them is shown. */
  readonly shown?: string | undefined
  /** Which of them is under way. */
  readonly running?: string | undefined
}

export interface Sending {
  readonly entry: EntryId
  readonly plc: string
  readonly tag: string
  readonly valueJson: string
  readonly message: RequestMessage
  readonly retain: boolean
  readonly negative?: NegativeCase
  /** Address in the PLC to read after the answer. */
  readonly readBack?: { readonly plc: string; readonly tag: string }
}

export interface Tester {
  readonly store: StoreApi<TesterState>
  change(patch: Partial<Draft>): void
  /** Sends one request; nothing while one is under way, since a write goes out once for one deliberate act. */
  send(sending: Sending): void
  /** Gives up waiting; what was sent stays sent. */
  giveUp(): void
  show(key: string): void
  /** The draft of an earlier one, with an id of its own, to be sent again. */
  repeat(sent: Sent): void
}

export function createTester(client: Pick<typeof api, 'subscribeOnce'>): Tester {
  const store = createStore<TesterState>(() => ({
    draft: { ...emptyDraft, requestId: newRequestId() },
    history: [],
  }))
  let stop = () => {}
  let count = 0

  function setHops(key: string, add: readonly TesterHop[]) {
    store.setState(({ history, running }) => {
      const over = running === key && add.some(({ kind }) => kind === 'ended')
      const next = history.map((sent) => (sent.key === key ? { ...sent, hops: [...sent.hops, ...add] } : sent))
      return { history: next, ...(over ? { running: undefined } : {}) }
    })
  }

  function end(key: string, text: string) {
    if (store.getState().running !== key) return
    setHops(key, [
      { kind: 'failed', at: Date.now(), text },
      { kind: 'ended', at: Date.now(), text: '' },
    ])
  }

  function giveUp() {
    const { running } = store.getState()
    stop()
    stop = () => {}
    if (running !== undefined)
      setHops(running, [{ kind: 'ended', at: Date.now(), text: 'Given up before an answer came' }])
  }

  function send(sending: Sending) {
    if (store.getState().running !== undefined) return
    const key = String(++count)
    const { draft } = store.getState()
    const { entry, message, retain, readBack } = sending
    const { readBack: _, ...kept } = sending
    const sent: Sent = { ...kept, key, at: Date.now(), requestId: draft.requestId, draft, hops: [] }
    store.setState(({ history }) => ({
      history: [sent, ...history].slice(0, mostSent),
      shown: key,
      running: key,
      draft: { ...draft, requestId: newRequestId() },
    }))
    const { address, payload, key: recordKey } = message
    stop = client.subscribeOnce(
      'writeback.send',
      {
        entry,
        address,
        payload,
        ...(recordKey === undefined ? {} : { key: recordKey }),
        ...(retain ? { retain } : {}),
        ...(readBack ? { readBack } : {}),
      },
      {
        onItems: (items) => {
          setHops(key, items)
          if (items.some(({ kind }) => kind === 'ended')) stop()
        },
        onEnd: (why) => end(key, endText(why)),
      },
    )
  }

  /** A wire that was lost leaves open what became of the request, also before the first hop was told. */
  function endText({ code, message }: { readonly code: string; readonly message: string }): string {
    if (code !== 'closed') return message
    const begun = store.getState().history[0]?.hops.length !== 0
    return begun
      ? 'The connection to the gateway was lost. Whether the PLC was written is not known: read the tag.'
      : `${message}. Whether the request was sent is not known: read the tag before you send it again.`
  }

  return {
    store,
    change: (patch) => store.setState(({ draft }) => ({ draft: { ...draft, ...patch } })),
    send,
    giveUp,
    show: (key) => store.setState({ shown: key }),
    repeat: ({ draft }) => store.setState({ draft: { ...draft, requestId: newRequestId() } }),
  }
}
