/** What any-broker.ts needs of the inside of kafkajs, which has no types for it. */
declare module 'kafkajs/src/cluster/brokerPool.js' {
  interface Broker {
    isConnected(): boolean
  }

  export default class BrokerPool {
    /** By node id. */
    brokers: Record<string, Broker>
    /** Connects where it is not connected. */
    findBroker(which: { nodeId: string }): Promise<Broker>
    /** The first answer that is no error; null where each broker's was one. */
    withBroker<T>(ask: (of: { nodeId: string; broker: Broker }) => Promise<T>): Promise<T | null>
  }
}
