/** Where a link of a help page leads, inside the window. Pure. */
import { placeHash } from '#renderer/ui/router'

/** An anchor as GitHub makes it of a heading. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

/** `page`: where the link stands. Undefined for what is not a page of the help: it is shown as text. */
export function helpHref(href: string, page: string, pages: readonly string[]): string | undefined {
  const [file = '', anchor = ''] = href.split('#', 2)
  const target = file === '' ? page : file.replace(/^\.\//, '').replace(/\.md$/, '')
  if (/^[a-z]+:/i.test(href) || !pages.includes(target)) return undefined
  return placeHash('settings', ['help', target, ...(anchor ? [anchor] : [])])
}
