/**
 * Keeps secrets out of logs and messages: by value for everything in the environment that is named like a secret, and by pattern for
 * tokens that the agent may have found elsewhere.
 */
import type { Environment } from "./Environment.ts"

export type Redact = (text: string) => string

const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|API_?KEY|_KEY$/i
const notSecret = /^(?:MAX_|.*_(?:FILE|PATH|DIR|URL|NAME)$)/
const shortest = 6
const mask = "***"

const patterns = [
  /\bgh[opsur]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bglpat-[A-Za-z0-9_-]{16,}/g,
  /\bsk-ant-[A-Za-z0-9_-]{16,}/g,
  /(?<=:\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g,
  /(?<=-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]+/g
]

/** A function that blanks the secrets of this environment, longest first, and whatever looks like a token. */
export const redactor = (environment: Environment): Redact => {
  const values = Object.entries(environment)
    .filter(([name]) => secretName.test(name) && !notSecret.test(name))
    .flatMap(([, value]) => [value, value.trim()])
    .filter((value) => value.length >= shortest)
    .sort((left, right) => right.length - left.length)
  return (text) =>
    patterns.reduce(
      (result, pattern) => result.replace(pattern, mask),
      values.reduce((result, value) => result.replaceAll(value, mask), text)
    )
}
