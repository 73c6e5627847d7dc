/** The pages of the help: titles here, texts are loaded when one is opened. */
export interface HelpPage {
  readonly id: string
  readonly title: string
  readonly load: () => Promise<string>
}

const texts = import.meta.glob<string>('../../../../docs/*.md', { query: '?raw', import: 'default' })

/** In this order; others follow by name. */
const order = ['go-live', 'configuration', 'brokers', 'write-back', 'isolation', 'troubleshooting', 'performance']

export const helpPages: readonly HelpPage[] = Object.entries(texts)
  .map(([path, load]) => {
    const id = path.replace(/^.*\//, '').replace(/\.md$/, '')
    return { id, title: titleOf(id), load }
  })
  .sort((a, b) => rank(a.id) - rank(b.id) || (a.id < b.id ? -1 : 1))

function rank(id: string): number {
  const at = order.indexOf(id)
  return at < 0 ? order.length : at
}

/** `write-back` → `Write-back` */
function titleOf(id: string): string {
  return (id[0]?.toUpperCase() ?? '') + id.slice(1)
}
