import { screen as brokers } from '#renderer/features/brokers/index'
import { screen as isolation } from '#renderer/features/isolation/index'
import { screen as log } from '#renderer/features/log/index'
import { screen as monitor } from '#renderer/features/monitor/index'
import { screen as plcs } from '#renderer/features/plcs/index'
import { screen as settings } from '#renderer/features/settings/index'
import { screen as tags } from '#renderer/features/tags/index'
import { FirstStart } from '#renderer/features/wizard/index'
import { screen as writeback } from '#renderer/features/writeback/index'
import type { Screen } from '#renderer/ui/screen'

/** THE list of screens, in the order of the rail. A new screen is one line here. */
export const screens: readonly Screen[] = [tags, writeback, brokers, plcs, isolation, monitor, log, settings]

/** What fills the window while there is no configuration file. */
export { FirstStart }
