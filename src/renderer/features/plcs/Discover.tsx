import { Radar } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { api } from '#renderer/api/index'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { Progress } from '#renderer/ui/EmptyState.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Input } from '#renderer/ui/Input.tsx'
import { type DiscoveredDevice, serialText } from '#shared/plc'
import { networksOf } from './networks.ts'

/** Looks for devices on the network; a controller can be taken over into the form. */
export function Discover(props: {
  readonly open: boolean
  readonly known: readonly string[]
  readonly onClose: () => void
  readonly onChoose: (device: DiscoveredDevice) => void
}) {
  const { open, known, onClose, onChoose } = props
  const [subnets, setSubnets] = useState('')
  const search = useSearch(open)
  const { list, problem } = networksOf(subnets)
  return (
    <Dialog
      open={open}
      wide
      title="Find PLCs on the network"
      onClose={() => {
        search.stop()
        onClose()
      }}
      footer={
        <>
          <span className="dim text-small grow">Asks for the identity only (List Identity): nothing is changed.</span>
          {search.running ? (
            <Button onClick={search.stop}>Stop</Button>
          ) : (
            <Button kind="primary" icon={Radar} blocked={problem || undefined} onClick={() => search.start(list)}>
              {search.devices.length > 0 ? 'Search again' : 'Search'}
            </Button>
          )}
        </>
      }
    >
      <Field
        label="Networks"
        problem={problem || undefined}
        help="Besides the networks of this computer, which are asked at once. Behind a router each address is asked by itself."
      >
        <Input mono value={subnets} onValue={setSubnets} placeholder="192.168.1.0/24, 10.0.0.5-40" autoFocus />
      </Field>
      {search.running && (
        <Progress label="Asking" {...(search.of > 0 ? { value: search.asked, most: search.of } : {})} />
      )}
      {search.error && <p className="callout warn">{search.error}</p>}
      {search.devices.length > 0 && (
        <table className="t">
          <thead>
            <tr>
              <th>Address</th>
              <th>Product</th>
              <th>Serial</th>
              <th>What it is</th>
              <th>
                <span className="hidden-text">Add</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {search.devices.map((device) => (
              <tr key={`${device.address} ${device.identity.serial}`}>
                <td className="mono">{device.address}</td>
                <td>{device.identity.productName}</td>
                <td className="mono">{serialText(device.identity.serial)}</td>
                <td className="mid">{device.kind}</td>
                <td className="right">
                  {known.includes(device.address) ? (
                    <span className="dim">configured</span>
                  ) : (
                    <Button small onClick={() => onChoose(device)}>
                      Use it
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {search.ended && search.devices.length === 0 && (
        <p className="mid">
          Nobody answered. Devices behind a router are found by their network only, and a firewall may hold back UDP and
          TCP port 44818. A PLC can be added by its address as well.
        </p>
      )}
    </Dialog>
  )
}

function useSearch(open: boolean) {
  const [devices, setDevices] = useState<readonly DiscoveredDevice[]>([])
  const [progress, setProgress] = useState({ asked: 0, of: 0 })
  const [running, setRunning] = useState(false)
  const [ended, setEnded] = useState(false)
  const [error, setError] = useState('')
  const stopRef = useRef(() => {})
  useEffect(() => {
    if (!open) stopRef.current()
  }, [open])
  useEffect(() => () => stopRef.current(), [])
  const stop = () => {
    stopRef.current()
    setRunning(false)
  }
  const start = (subnets: readonly string[]) => {
    stopRef.current()
    setDevices([])
    setProgress({ asked: 0, of: 0 })
    setError('')
    setEnded(false)
    setRunning(true)
    stopRef.current = api.subscribeOnce(
      'plcs.discover',
      { subnets: [...subnets] },
      {
        onItems: (items) => {
          for (const item of items) {
            if (item.kind === 'found') setDevices((now) => (now.length < 500 ? [...now, item.device] : now))
            else if (item.kind === 'progress') setProgress({ asked: item.asked, of: item.of })
            else {
              setError(item.error)
              setEnded(true)
              stop()
            }
          }
        },
        onEnd: (why) => {
          setError(why.message)
          setRunning(false)
        },
      },
    )
  }
  return { devices, ...progress, running, ended, error, start, stop }
}
