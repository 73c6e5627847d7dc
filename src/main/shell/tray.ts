/** The icon beside the clock: how the gateway is doing, and the way back to a window that was closed. */
import type { MenuItemConstructorOptions } from 'electron'
import { product } from '#shared/product'
import type { Summary } from './summary.ts'

export interface TrayActions {
  show(): void
  setKeepRunning(keep: boolean): void
  quit(): void
}

/** So many lines of PLCs and brokers; a menu longer than the screen helps nobody. */
const mostLines = 15

export function trayTemplate(
  summary: Summary,
  actions: TrayActions,
  keepRunning: boolean,
): MenuItemConstructorOptions[] {
  const { title, lines } = summary
  const more = lines.length - mostLines
  const said = [title, ...lines.slice(0, mostLines), ...(more > 0 ? [`and ${more} more`] : [])]
  return [
    { id: 'show', label: `Show ${product.name}`, click: actions.show },
    { type: 'separator' },
    ...said.map((label) => ({ label: label.replaceAll('&', '&&'), enabled: false })),
    { type: 'separator' },
    {
      id: 'keep',
      type: 'checkbox',
      label: 'Keep Running in Background',
      checked: keepRunning,
      click: ({ checked }) => actions.setKeepRunning(checked),
    },
    { id: 'quit', label: 'Quit', click: actions.quit },
  ]
}

/** Shown when the pointer rests on the icon; Windows shows 127 characters. */
export function trayTip({ title }: Summary): string {
  return `${product.name} – ${title}`.slice(0, 127)
}
