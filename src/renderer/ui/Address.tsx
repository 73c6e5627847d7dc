import { Fragment } from 'react'
import { addressParts } from './address-parts.ts'
import { CopyButton } from './CopyButton.tsx'
import './Address.css'

interface AddressProps {
  readonly text: string
  /** The site's namespace: its part stands out in the site's colour. Absent for a foreign name. */
  readonly namespace?: string | undefined
  /** `was`: strong, without the colour (what is left behind). */
  readonly as?: 'ours' | 'was'
}

/** An address part by part, the namespace in the site's colour, so that the eye finds a wrong one at once. */
export function Address({ text, namespace, as = 'ours' }: AddressProps) {
  return (
    <span className="address">
      {addressParts(text, namespace).map((part) => (
        <Fragment key={part.at}>
          {part.kind === 'namespace' && <span className={as === 'ours' ? 'ns-part' : 'was'}>{part.text}</span>}
          {part.kind === 'separator' && (
            <>
              <i>{part.text}</i>
              <wbr />
            </>
          )}
          {part.kind === 'text' && part.text}
        </Fragment>
      ))}
    </span>
  )
}

/** An address with its copy button; `what` completes "Copy …". */
export function AddressLine({ what, ...address }: AddressProps & { readonly what: string }) {
  return (
    <div className="address-line">
      <Address {...address} />
      <CopyButton text={address.text} what={what} />
    </div>
  )
}
