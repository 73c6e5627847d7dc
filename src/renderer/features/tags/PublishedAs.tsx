import { useState } from 'react'
import { entryTitle, serviceTitles } from '#renderer/site/chips'
import { AddressLine } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { CopyButton } from '#renderer/ui/CopyButton.tsx'
import type { ConfigView } from '#shared/site'
import type { TagReading } from '#shared/tag'
import { timeText, timeTitle } from './format.ts'
import { prettyJson } from './pretty.ts'
import { type PublishedName, type PublishedPlace, publishedCount, publishedPlaces, recordText } from './published-as.ts'
import type { TagRow } from './rows.ts'

/** The exact topic, key and record of a tag on each broker. */
export function PublishedAs(props: {
  readonly config: ConfigView
  readonly row: TagRow
  readonly reading: TagReading | undefined
  readonly onPublish: () => void
}) {
  const { config, row, reading, onPublish } = props
  const places = publishedPlaces(config, row.plc, row.address, row.tag)
  const { on, of } = publishedCount(places)
  const published = row.tag?.enabled === true
  const at = reading?.changedAt ?? 0
  return (
    <section>
      <h3>
        {published ? 'Published as' : 'Not published; it would be'}
        <span title={at ? timeTitle(at) : undefined}>
          {published ? `${at ? `${timeText(at, Date.now())}, ` : ''}on ${on} of ${of} brokers` : ''}
        </span>
      </h3>
      {places.length === 0 && <p className="text-small mid">No broker is configured.</p>}
      {places.map((place) => (
        <Place
          key={entryTitle(place.entry)}
          place={place}
          namespace={config.namespace}
          alone={places.filter(({ entry }) => entry.service === place.entry.service).length === 1}
          quiet={!published}
        />
      ))}
      {!published && (
        <div className="detail-actions">
          <Button keys="Space" onClick={onPublish}>
            Publish
          </Button>
        </div>
      )}
      {published && row.tag && reading && <Records places={places} row={row} reading={reading} />}
    </section>
  )
}

function Place(props: {
  readonly place: PublishedPlace
  readonly namespace: string
  readonly alone: boolean
  readonly quiet: boolean
}) {
  const { place, namespace, alone, quiet } = props
  const remark = [alone ? '' : place.entry.name, quiet ? '' : place.why].filter(Boolean).join(', ')
  const lines = place.names.map((name) => <Name key={name.what} name={name} namespace={namespace} remark={remark} />)
  return place.names.every(({ pair }) => pair) ? <div className="pub-pair">{lines}</div> : lines
}

function Name(props: { readonly name: PublishedName; readonly namespace: string; readonly remark: string }) {
  const { what, remark, text } = props.name
  return (
    <div className="pub">
      <span className="what">
        {what} <span className="dim">{[remark, props.remark].filter(Boolean).join(', ')}</span>
      </span>
      <AddressLine text={text} namespace={props.namespace} what={what} />
    </div>
  )
}

/** The newest message of each service, opened one at a time. */
function Records(props: {
  readonly places: readonly PublishedPlace[]
  readonly row: TagRow
  readonly reading: TagReading
}) {
  const { places, row, reading } = props
  const [open, setOpen] = useState('')
  if (!row.tag) return null
  const tag = row.tag
  const records = places.flatMap((place) => {
    const text = place.why === '' ? recordText(place, tag, reading) : undefined
    return text === undefined ? [] : [{ place, text }]
  })
  const shown = records.find(({ place }) => entryTitle(place.entry) === open)
  if (records.length === 0) return null
  return (
    <>
      <div className="detail-actions">
        {records.map(({ place }) => {
          const title = entryTitle(place.entry)
          return (
            <Button
              key={title}
              small
              aria-expanded={title === open}
              onClick={() => setOpen(title === open ? '' : title)}
            >
              {serviceTitles[place.entry.service]} record
            </Button>
          )
        })}
      </div>
      {shown && (
        <div className="pub">
          <span className="what address-line">
            <span className="grow">{new TextEncoder().encode(shown.text).length} bytes</span>
            <CopyButton text={shown.text} what="record" />
          </span>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keys must reach it */}
          <pre className="payload json" tabIndex={0}>
            {prettyJson(shown.text)}
          </pre>
        </div>
      )}
    </>
  )
}
