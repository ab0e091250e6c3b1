/**
 * Session ids, known before the agent starts: a UUID derived from the run's UID and its context version, so that whoever asks again
 * gets the same answer and two attempts never share one.
 */
import { fnv1a } from "./Hash.ts"

const usual = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

/** In the form that Kubernetes gives its own. */
const uuidOf = (uid: string): string => {
  if (usual.test(uid)) return uid
  const hex = uid.replaceAll("-", "").toLowerCase()
  return dashed(/^[0-9a-f]{32}$/.test(hex) ? hex : fnv1a(uid) + fnv1a(`${uid}/`))
}

const hexDigits = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/** A version 8 (custom) UUID: the UID's bits but for the version's, with the context version mixed into the last 48. */
export const sessionId = (uid: string, contextVersion: number): string => {
  const uuid = uuidOf(uid)
  const variant = (8 | (Number.parseInt(uuid.charAt(19), 16) & 3)).toString(16)
  const high = Number.parseInt(uuid.slice(24, 28), 16) ^ (Math.floor(contextVersion / 2 ** 32) & 0xffff)
  const low = (Number.parseInt(uuid.slice(28), 16) ^ contextVersion) >>> 0
  const tail = hexDigits(high, 4) + hexDigits(low, 8)
  return `${uuid.slice(0, 14)}8${uuid.slice(15, 19)}${variant}${uuid.slice(20, 24)}${tail}`
}
