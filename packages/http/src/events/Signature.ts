/**
 * Whether a delivery is from somebody who knows the secret: HMAC SHA-256 over the bytes as they came, or, from forges that do not sign, the secret
 * itself. Compared in constant time.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"

const prefix = "sha256="

const isOf = (secret: string, body: Uint8Array, given: Buffer): boolean =>
  timingSafeEqual(createHmac("sha256", secret).update(body).digest(), given)

/** Each secret is tried, whichever fits: while one is changed for another, both count. */
export const isSigned = (secrets: ReadonlyArray<string>, body: Uint8Array, header: string | undefined): boolean => {
  const text = header?.startsWith(prefix) === true ? header.slice(prefix.length) : header
  if (text === undefined || !/^[0-9a-f]{64}$/i.test(text)) return false
  const given = Buffer.from(text, "hex")
  return secrets.reduce((found, secret) => isOf(secret, body, given) || found, false)
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Whether it is one of the secrets. */
export const isSecret = (secrets: ReadonlyArray<string>, given: string): boolean =>
  secrets.reduce((found, secret) => timingSafeEqual(digest(secret), digest(given)) || found, false)

/** As forges write it. */
export const signatureOf = (secret: string, body: Uint8Array | string): string =>
  prefix + createHmac("sha256", secret).update(body).digest("hex")
