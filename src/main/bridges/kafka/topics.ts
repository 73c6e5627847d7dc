import type { Admin } from 'kafkajs'
import type { KafkaConfig } from '#shared/config'
import { kafkaNames } from '#shared/names/build'
import { inWords, type Place, problem, protocolType } from './errors.ts'

/** Longest wait for a topic that was just created, ms. */
const appearMs = 5_000

/** Topics of an entry as they stand on the cluster. */
export interface Topics {
  /** Without these the entry can't do what it is for. */
  readonly needed: readonly string[]
  /** Partitions of the topic of tag values; 1 where it is not there. */
  readonly tagPartitions: number
  /** For people; '' where there is nothing to say. */
  readonly note: string
}

/**
 * Looks for the four topics and creates what is missing, with one partition each and the replication the cluster has as
 * its default. Rejects where a needed one is missing and can't be created, with the command that creates it.
 */
export async function ensureTopics(admin: Admin, entry: KafkaConfig, place: Place): Promise<Topics> {
  const names = namesOf(place.base, entry)
  const partitions = new Map<string, number>()
  const missing: string[] = []
  const refused = new Map<string, Error>()
  for (const topic of names.all) {
    try {
      partitions.set(topic, await partitionsOf(admin, topic))
    } catch (error) {
      // A cluster hides from a user without rights whether a topic is there.
      const type = protocolType(error)
      if (type !== 'UNKNOWN_TOPIC_OR_PARTITION' && type !== 'TOPIC_AUTHORIZATION_FAILED') throw error
      missing.push(topic)
      if (type === 'TOPIC_AUTHORIZATION_FAILED') refused.set(topic, inWords(place, error, undefined, topic))
    }
  }
  if (missing.length > 0 && entry.auto_create_topics) {
    for (const [topic, error] of await create(admin, missing)) {
      if (error) refused.set(topic, creationError(place, topic, error))
      else {
        refused.delete(topic)
        partitions.set(topic, 1)
      }
    }
  }
  const lacking = names.needed.filter((topic) => !partitions.has(topic))
  if (lacking.length > 0) throw missingError(place, entry, lacking, refused)
  const writes = partitions.get(kafkaNames.writes(place.base)) ?? 1
  return {
    needed: names.needed,
    tagPartitions: partitions.get(kafkaNames.tags(place.base)) ?? 1,
    note:
      writes > 1
        ? `topic "${kafkaNames.writes(place.base)}" has ${writes} partitions: requests to one PLC can overtake each other. Create it again with 1 partition`
        : '',
  }
}

/** Resolves where all of these topics are there. */
export async function lookAt(admin: Admin, topics: readonly string[]): Promise<void> {
  await admin.fetchTopicMetadata({ topics: [...topics] })
}

/**
 * Resolves where the cluster answers, whatever it says about this topic. (What kafkajs calls a look at the cluster is one
 * at all its topics, and fails where any of them has no leader.)
 */
export async function signOfLife(admin: Admin, topic: string): Promise<void> {
  await lookAt(admin, [topic]).catch((error: unknown) => {
    if (protocolType(error) === '') throw error
  })
}

async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  return topics.find(({ name }) => name === topic)?.partitions.length ?? 0
}

function namesOf(base: string, entry: KafkaConfig) {
  const tags = kafkaNames.tags(base)
  const health = kafkaNames.health(base)
  const forWrites = [kafkaNames.writes(base), kafkaNames.responses(base)]
  return {
    all: [tags, health, ...forWrites],
    needed: [...(entry.publish_changes ? [tags] : []), health, ...(entry.enable_writeback ? forWrites : [])],
  }
}

/** One at a time: a refusal of one would hide what became of the others. */
async function create(admin: Admin, topics: readonly string[]): Promise<Map<string, Error | undefined>> {
  const results = new Map<string, Error | undefined>()
  for (const topic of topics) {
    const error = await admin
      .createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: -1 }], waitForLeaders: false })
      .then(() => appeared(admin, topic))
      .then(
        () => undefined,
        (error: Error) => error,
      )
    results.set(topic, error)
  }
  return results
}

/** A broker knows of a new topic only a little after it was created; kafkajs' own wait takes that for an error. */
async function appeared(admin: Admin, topic: string): Promise<void> {
  for (const until = Date.now() + appearMs; ; ) {
    try {
      await partitionsOf(admin, topic)
      return
    } catch (error) {
      const early = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'].includes(protocolType(error))
      if (!early || Date.now() > until) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function creationError(place: Place, topic: string, thrown: Error): Error {
  const inner = 'errors' in thrown && Array.isArray(thrown.errors) ? (thrown.errors[0] as unknown) : thrown
  switch (protocolType(inner)) {
    case 'INVALID_TOPIC_EXCEPTION':
      return problem(
        place,
        {
          what: `the cluster refuses the name "${topic}": it has a topic that differs from it only in "." and "_"`,
          hint: 'Choose another namespace or selector',
          person: true,
        },
        thrown,
      )
    case 'POLICY_VIOLATION':
      return problem(
        place,
        {
          what: `a policy of the cluster forbids to create "${topic}" like this`,
          hint: 'Let the administrator create it',
          person: true,
        },
        thrown,
      )
    default:
      return inWords(place, inner, undefined, topic)
  }
}

/** Says why, and how a person creates them. */
function missingError(
  place: Place,
  entry: KafkaConfig,
  lacking: readonly string[],
  refused: ReadonlyMap<string, Error>,
): Error {
  const first = lacking.map((topic) => refused.get(topic)).find((error) => error !== undefined)
  const collision = first?.message.includes('differs from it only')
  if (first && collision) return first
  const server = place.brokers[0] ?? 'HOST:9092'
  const config = place.user === undefined && !entry.use_tls ? '' : ' --command-config client.properties'
  const commands = lacking.map(
    (topic) => `kafka-topics --bootstrap-server ${server}${config} --create --topic ${topic} --partitions 1`,
  )
  const because = first ? ` (${first.message.replace(/^[^:]*: /, '').replace(/\. .*$/s, '')})` : ''
  const how = entry.auto_create_topics
    ? `could not be created${because}`
    : 'are not there, and auto_create_topics is off'
  return problem(
    place,
    {
      what: `topics ${lacking.map((topic) => `"${topic}"`).join(', ')} ${how}`,
      hint: `Create them: ${commands.join(' && ')} — and give ${place.user === undefined ? 'this client' : `user "${place.user}"`} the rights to them`,
      person: true,
    },
    first,
  )
}
