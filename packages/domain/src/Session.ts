/**
 * Session ids, known before the agent starts: a UUID derived from the run's UID and its context version, so that whoever asks again
 * gets the same answer and two attempts never share one.
 */
import { fnv1a } from "./Hash.ts"

const hexOf = (uid: string): string => {
  const hex = uid.replaceAll("-", "").toLowerCase()
  return /^[0-9a-f]{32}$/.test(hex) ? hex : fnv1a(uid) + fnv1a(`${uid}/`)
}

/** A version 8 (custom) UUID: the UID's bits but for the version's, with the context version mixed into the last 48. */
export const sessionId = (uid: string, contextVersion: number): string => {
  const hex = hexOf(uid)
  const variant = (8 | (Number.parseInt(hex.charAt(16), 16) & 3)).toString(16)
  const tail = BigInt.asUintN(48, BigInt(`0x${hex.slice(20)}`) ^ BigInt(contextVersion)).toString(16).padStart(12, "0")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${tail}`
}
