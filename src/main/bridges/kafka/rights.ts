/** What a user may do under a base, as far as it can be tried without sending a record: that could not be taken back. */
import type { Right } from '#main/bridges/inspector'
import { entryText } from '#shared/broker'
import { kafkaNames, kafkaTopics } from '#shared/names/build'
import { isNotPermitted, protocolType } from './errors.ts'
import type { Outside } from './outside.ts'
import { lookAt } from './topics.ts'
import { openWatch } from './watch.ts'

/** Rejects in words where the connection is lost. */
export async function rightsUnder(outside: Outside, base: string, group: string): Promise<Right[]> {
  const rights: Right[] = []
  const there: string[] = []
  for (const topic of kafkaTopics(base)) {
    const right = await topicRight(outside, topic)
    rights.push(right)
    if (right.allowed === true) there.push(topic)
  }
  if (there.length > 0) rights.push(await reading(outside, there))
  rights.push(await groupRight(outside, group))
  rights.push(sendRight(outside, base, rights))
  return rights
}

/** Who may write to a topic may describe it: Kafka's authorizer counts the one as the other. */
function sendRight({ place }: Outside, base: string, rights: readonly Right[]): Right {
  const right = { action: 'send', name: kafkaNames.tags(base) } as const
  const topics = kafkaTopics(base)
  const refused = topics.every((topic) => rights.find(({ name }) => name === topic)?.allowed === false)
  return refused
    ? {
        ...right,
        allowed: false,
        text: `${entryText(place.entry)}: may not send: the cluster does not even let it describe ${topics.join(', ')}`,
      }
    : {
        ...right,
        allowed: 'unknown',
        text: 'sending was not tried: a record can not be taken back. The first value shows it',
      }
}

async function topicRight(outside: Outside, topic: string): Promise<Right> {
  const right = { action: 'receive', name: topic } as const
  try {
    await lookAt(outside.client.admin, [topic])
    return { ...right, allowed: true, text: `topic "${topic}" is there and may be described` }
  } catch (error) {
    if (isNotPermitted(error)) return { ...right, allowed: false, text: outside.words(error, topic).message }
    if (protocolType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw outside.words(error, topic)
    return { ...right, allowed: 'unknown', text: `topic "${topic}" is not there (yet), so rights to it can't be seen` }
  }
}

async function reading(outside: Outside, topics: readonly string[]): Promise<Right> {
  const group = outside.watchGroup()
  const right = { action: 'receive', name: topics.join(', ') } as const
  const { client } = outside
  let refused: Error | undefined
  try {
    const watch = await openWatch({
      consumer: client.consumer(group),
      admin: client.admin,
      group,
      topics,
      onRecord: () => {},
      onLost: (error) => {
        refused = error
      },
    })
    await watch.close()
    if (refused) throw refused
    return { ...right, allowed: true, text: `may read ${right.name} in a group of its own (${group})` }
  } catch (error) {
    if (isNotPermitted(error)) return { ...right, allowed: false, text: outside.words(error, group).message }
    throw outside.words(error, group)
  }
}

async function groupRight(outside: Outside, group: string): Promise<Right> {
  const right = { action: 'receive', name: group } as const
  try {
    const { groups } = await outside.client.admin.describeGroups([group])
    const members = groups[0]?.members.length ?? 0
    return { ...right, allowed: true, text: `group "${group}" may be described; it has ${members} members now` }
  } catch (error) {
    if (isNotPermitted(error)) return { ...right, allowed: false, text: outside.words(error, group).message }
    throw outside.words(error, group)
  }
}
