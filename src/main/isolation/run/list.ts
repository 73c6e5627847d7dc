/** The twelve checks, in the order of the report. */
import { brokerRightsCheck } from './broker-rights.ts'
import { claimCheck } from './claim-check.ts'
import { connectionCheck } from './connection.ts'
import type { Check } from './context.ts'
import { countedProbeCheck } from './counted-probe.ts'
import { leftOversCheck } from './left-overs.ts'
import { listeningCheck } from './listening.ts'
import { namesCheck } from './names.ts'
import { otherNamespaceCheck } from './other-namespace.ts'
import { pinsCheck } from './pins.ts'
import { positiveWriteCheck } from './positive-write.ts'
import { refusalsCheck } from './refusals.ts'
import { wrongNamespaceCheck } from './wrong-namespace.ts'

export const checkList: readonly Check[] = [
  namesCheck,
  claimCheck,
  listeningCheck,
  positiveWriteCheck,
  countedProbeCheck,
  wrongNamespaceCheck,
  refusalsCheck,
  otherNamespaceCheck,
  brokerRightsCheck,
  leftOversCheck,
  connectionCheck,
  pinsCheck,
]
