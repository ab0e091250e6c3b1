/**
 * Keeps secrets out of logs and messages: by value for everything in the environment that is named like a secret or came from one, and
 * by pattern for tokens that the agent may have found elsewhere.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Context } from "effect"
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

/** A text as it stands in JSON, and in JSON within JSON: so the agent's stream has what a command printed. */
const written = (value: string): ReadonlyArray<string> => {
  const once = JSON.stringify(value).slice(1, -1)
  return [value, once, JSON.stringify(once).slice(1, -1)]
}

/** From here on a value is no word that stands in a text by chance, in whatever form. */
const tellingLength = 12

/** What base64 makes of a value at each of the three places where it can begin within other bytes, without what it shares with those. */
const inBase64 = (value: string): ReadonlyArray<string> =>
  [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)])
    const whole = bytes.length - bytes.length % 3
    const text = bytes.subarray(0, whole).toString("base64").slice(before === 0 ? 0 : 4)
    return text === "" ? [] : [text, text.replaceAll("+", "-").replaceAll("/", "_")]
  })

/** As tools print it when they do not mean to show it; of several lines, each. */
const disguised = (value: string): ReadonlyArray<string> =>
  value.length < tellingLength ? [] : [
    encodeURIComponent(value.toWellFormed()),
    Buffer.from(value).toString("hex"),
    ...inBase64(value),
    ...(value.includes("\n") ? value.split(/\r?\n/) : []).filter((line) =>
      line.length >= tellingLength && !line.startsWith("-----")
    )
  ]

/** What blanks the secrets of this run. Texts go through it before they are cut: what is left of a cut secret is found by nobody. */
export const Redaction = Context.Reference<Redact>("@orchestrator/agent/runner/Redaction", {
  defaultValue: () => redactor({})
})

/** A function that blanks the secrets of this environment, longest first, and whatever looks like a token. */
export const redactor = (environment: Environment): Redact => {
  const listed = new Set((environment[runnerNames.blankedVariables] ?? "").split(","))
  const secrets = Object.entries(environment)
    .filter(([name]) => listed.has(name) || (secretName.test(name) && !notSecret.test(name)))
    .flatMap(([, value]) => [value, value.trim()])
    .filter((value) => value.length >= shortest)
  const values = [...new Set(secrets.flatMap((secret) => [...written(secret), ...disguised(secret)]))]
    .sort((left, right) => right.length - left.length)
  return (text) =>
    patterns.reduce(
      (result, pattern) => result.replace(pattern, mask),
      values.reduce((result, value) => result.replaceAll(value, mask), text)
    )
}
