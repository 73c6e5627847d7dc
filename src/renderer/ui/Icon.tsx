import type { LucideIcon } from 'lucide-react'

/** A glyph beside its word; it says nothing by itself, so screen readers pass it over. */
export function Icon(props: { readonly of: LucideIcon; readonly small?: boolean; readonly className?: string }) {
  const { of: Glyph, small, className } = props
  return <Glyph className={['icon', small && 'small', className].filter(Boolean).join(' ')} aria-hidden="true" />
}
