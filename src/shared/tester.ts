/** The write-back tester: a request on its way, told hop by hop. `at`: ms since the epoch. */

/**
 * `sent`, `taken`, `response`, `unanswered` are seen by the sender, as any client of the broker would; `received`,
 * `checked`, `writing`, `written` and `refused` are told by this gateway's pipeline of the same request; `read-back` by the PLC.
 */
export type TesterHop =
  /** The client of its own is connected and the bytes leave. */
  | { readonly kind: 'sent'; readonly at: number; readonly text: string }
  /** The broker has it. */
  | { readonly kind: 'taken'; readonly at: number; readonly text: string }
  /** It reached this gateway and is in the journal under this id. */
  | { readonly kind: 'received'; readonly at: number; readonly text: string; readonly id: string }
  /** All checks on arrival have passed. */
  | { readonly kind: 'checked'; readonly at: number; readonly text: string }
  /** The bytes left for the PLC. */
  | { readonly kind: 'writing'; readonly at: number; readonly text: string }
  /** The PLC has taken the value. */
  | { readonly kind: 'written'; readonly at: number; readonly text: string }
  /** Refused or failed; `check`: the check or step that said no, `hint`: how to mend it. */
  | {
      readonly kind: 'refused'
      readonly at: number
      readonly text: string
      readonly check: string
      readonly hint: string
    }
  /** The tag read from the PLC after the answer; `same`: it has the value that was sent. */
  | { readonly kind: 'read-back'; readonly at: number; readonly text: string; readonly same: boolean | 'unknown' }
  | {
      readonly kind: 'response'
      readonly at: number
      readonly text: string
      readonly address: string
      /** As it came, at most 64 KiB. */
      readonly payload: string
      readonly success: boolean
    }
  /** Nobody answered in time. */
  | { readonly kind: 'unanswered'; readonly at: number; readonly text: string }
  /** It could not be sent, or the connection was lost. */
  | { readonly kind: 'failed'; readonly at: number; readonly text: string }
  /** The last one. */
  | { readonly kind: 'ended'; readonly at: number; readonly text: string }
