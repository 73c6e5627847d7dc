import type { ReactNode } from 'react'

/** Last part of a path, of any system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}

/** One part of the settings in the middle of the page. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
