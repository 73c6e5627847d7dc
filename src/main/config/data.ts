/** Plain data of a configuration file. */

/** Text, number, true/false, lists and groups of keys; a key without a value is left out. */
export type Data = string | number | boolean | null | Data[] | GroupData
export type GroupData = { [key: string]: Data }

export function isGroup(data: Data | undefined): data is GroupData {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
