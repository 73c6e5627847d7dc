/** How the window's connection is doing, for the frame to show. Times are ms since the epoch. */
export type Connection =
  /** The first try, or one after the page was loaded. */
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly since: number }
  /** It was open, or could not be opened. It is tried again at `retryAt`; `why` is for people. */
  | {
      readonly kind: 'lost'
      readonly since: number
      readonly why: string
      readonly attempts: number
      readonly retryAt: number
      /** Nothing but a person's step helps (`why` says which); it is tried all the same. */
      readonly signedOut: boolean
    }
