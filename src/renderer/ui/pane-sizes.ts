import { createContext } from 'react'

/** Where the sizes of panes are kept, in px by the pane's id; the application provides it. */
export interface KeptPaneSizes {
  readonly sizes: { readonly [pane: string]: number }
  remember(pane: string, px: number): void
}

export const PaneSizes = createContext<KeptPaneSizes>({ sizes: {}, remember: () => {} })
