import { type ComponentProps, useEffect, useRef, useState } from 'react'
import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { placeHash } from '#renderer/ui/router'
import type { PageProps } from '#renderer/ui/screen'
import { helpHref, slugOf } from './help-links.ts'
import { helpPages } from './help-pages.ts'
import './Help.css'

const ids = helpPages.map(({ id }) => id)

/** The documentation for users, inside the window. */
export function Help({ path }: PageProps) {
  const page = helpPages.find(({ id }) => id === path[1]) ?? helpPages[0]
  const anchor = path[2]
  const [shown, setShown] = useState<{ readonly id: string; readonly text: string }>()
  const textRef = useRef<HTMLElement>(null)
  useEffect(() => {
    let over = false
    void page?.load().then((text) => {
      if (!over) setShown({ id: page.id, text })
    })
    return () => {
      over = true
    }
  }, [page])
  useEffect(() => {
    if (!shown) return
    if (anchor) document.getElementById(`help-${anchor}`)?.scrollIntoView()
    else textRef.current?.scrollTo(0, 0)
  }, [shown, anchor])
  return (
    <div className="help">
      <nav className="help-nav" aria-label="Help pages">
        <ul>
          {helpPages.map(({ id, title }) => (
            <li key={id}>
              <a href={placeHash('settings', ['help', id])} aria-current={id === page?.id ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <article className="help-text" ref={textRef} tabIndex={0} aria-label={page?.title}>
        <div>
          {shown && (
            <Markdown remarkPlugins={[remarkGfm]} components={componentsFor(shown.id)}>
              {shown.text}
            </Markdown>
          )}
        </div>
      </article>
    </div>
  )
}

function componentsFor(page: string): Components {
  return {
    a: ({ href = '', children }) => {
      const inside = helpHref(href, page, ids)
      return inside ? <a href={inside}>{children}</a> : <span title={href}>{children}</span>
    },
    h2: ({ children }) => <h2 id={`help-${slugOf(textOf(children))}`}>{children}</h2>,
    h3: ({ children }) => <h3 id={`help-${slugOf(textOf(children))}`}>{children}</h3>,
    table: ({ children }) => (
      <div className="table">
        <table>{children}</table>
      </div>
    ),
    // Pictures of the window are for those who do not have it before them.
    img: () => null,
  }
}

function textOf(node: ComponentProps<'h2'>['children']): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  if (Array.isArray(node)) return node.map(textOf).join('')
  if (typeof node === 'object' && node !== null && 'props' in node) {
    return textOf((node.props as { readonly children?: ComponentProps<'h2'>['children'] }).children)
  }
  return ''
}
