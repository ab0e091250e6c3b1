/**
 * What an observation means, with what a broker saw beside it. First match wins; the exit code is the last thing looked at, since the
 * agent's own words say more and its code says little. Whether work was delivered is not known here.
 */
import { DateTime, Option } from "effect"
import { accountLimitEnd } from "../../model/messages/RateLimit.ts"
import { short } from "../../pod/Short.ts"
import { type BrokerView, stoppedByRunner } from "../Following.ts"
import { ProcessEnd } from "../ProcessEnd.ts"
import { notInForce, type Observation } from "./Observation.ts"
import { resetTime } from "./ResetTime.ts"

const failed = (reason: "SetupFailed" | "InvalidSpec" | "AgentError", message: string) =>
  ProcessEnd.Failed({ reason, message })

type Classifier = (seen: Observation, broker: BrokerView, now: DateTime.Utc | undefined) => ProcessEnd | undefined

const wordsOf = ({ result, stderr }: Observation): string =>
  result?.result?.trim() || result?.errors?.join("; ") || stderr.trim().split("\n").slice(-3).join(" | ") || "no words"

const badInit: Classifier = ({ badInit }) => (badInit === undefined ? undefined : failed("SetupFailed", badInit))

/** A stop of ours, whatever the agent still said of it. */
const silent: Classifier = ({ stopped }) =>
  stopped === "Silent" ? ProcessEnd.Lost({ message: "the agent showed no sign of life" }) : undefined

const session: Classifier = (seen) => {
  if (seen.init !== undefined) return undefined
  const said = `${seen.stderr}\n${seen.result?.errors?.join("\n") ?? ""}`
  if (/already in use/i.test(said)) return ProcessEnd.SessionInUse()
  return /no conversation found/i.test(said) ? ProcessEnd.SessionUnknown() : undefined
}

const noInit: Classifier = (seen) =>
  seen.init !== undefined
    ? undefined
    : failed(
      "SetupFailed",
      seen.stopped === "NoInit"
        ? `the agent printed nothing for too long after its start: ${wordsOf(seen)}`
        : `the agent did not start (exit ${seen.exitCode}): ${wordsOf(seen)}`
    )

const managedSettings: Classifier = ({ stderr }) =>
  notInForce.test(stderr)
    ? failed("SetupFailed", `the agent did not apply its managed settings: ${short(stderr)}`)
    : undefined

const forcedWords = ({ stopped, tasks }: Observation): string | undefined =>
  stoppedByRunner(stopped, [...tasks.values()].map((task) => short(task, 60)))

const forced = (seen: Observation): string => {
  const words = forcedWords(seen)
  return words === undefined ? "" : `${words} `
}

const forcedOf = (seen: Observation) => {
  const words = forcedWords(seen)
  return words === undefined ? {} : { forced: words }
}

/** Older versions give the status of the API only in their words. */
const statusOf = (seen: Observation): number | undefined => {
  if (seen.result?.is_error !== true) return undefined
  const [, said, rejected] = /^API Error: (\d{3})\b|\brejected \((\d{3})\)/.exec(wordsOf(seen)) ?? []
  const status = seen.result.api_error_status ?? (said ?? rejected)
  return status === undefined ? undefined : Number(status)
}

const overBudget: Classifier = (seen) => {
  const subtype = seen.result?.subtype
  return subtype === "error_max_turns" || subtype === "error_max_budget_usd"
    ? ProcessEnd.OverBudget({
      message: `${forced(seen)}${wordsOf(seen)}`,
      complete: subtype === "error_max_budget_usd" && seen.result?.stop_reason === "end_turn",
      ...forcedOf(seen)
    })
    : undefined
}

const refusedByBroker: Classifier = (seen, { modelRefused }) =>
  seen.result?.is_error === true && (modelRefused === "Budget" || modelRefused === "Turns")
    ? ProcessEnd.OverBudget({ message: wordsOf(seen), complete: false })
    : undefined

const epochSeconds = (time: string | undefined): number | undefined =>
  Option.getOrUndefined(
    Option.map(Option.flatMap(Option.fromUndefinedOr(time), DateTime.make), (at) =>
      Math.ceil(at.epochMilliseconds / 1000))
  )

/** Limits in the words of versions that give no status; some give the end in epoch seconds, some as a time of the day. */
const limitWords = /\b(?:(?<!context )limit reached|hit your [\w $-]{0,30}limit)\b(?:[^|]{0,20}\|(\d{10})\b)?/i

const rateLimited: Classifier = (seen, { resetAt }, now) => {
  if (seen.result?.is_error !== true) return undefined
  const words = limitWords.exec(wordsOf(seen))
  const status = statusOf(seen)
  if (status !== 429 && (status !== undefined || words === null)) return undefined
  const stated = words?.[1] === undefined
    ? now === undefined ? undefined : resetTime(wordsOf(seen), now)
    : Number(words[1])
  return ProcessEnd.Limited({ message: wordsOf(seen), resetAt: epochSeconds(resetAt) ?? seen.resetsAt ?? stated })
}

const accountLimit: Classifier = (seen) => {
  const end = accountLimitEnd(seen.result?.is_error === true ? wordsOf(seen) : "")
  return end === undefined ? undefined : ProcessEnd.Limited({ message: wordsOf(seen), resetAt: epochSeconds(end) })
}

const credentials: Classifier = (seen, { problem }) => {
  if (seen.result?.is_error !== true) return undefined
  const status = statusOf(seen)
  const denied = status === 401 || status === 402 || status === 403 ||
    seen.apiError === "authentication_failed" || seen.apiError === "billing_error" ||
    /not logged in|^invalid api key|^credit balance is too low/i.test(wordsOf(seen))
  return denied
    ? failed("SetupFailed", `the model API rejected the credentials: ${problem ?? wordsOf(seen)}`)
    : undefined
}

const model: Classifier = (seen) =>
  seen.result?.is_error === true && (statusOf(seen) === 404 || seen.apiError === "model_not_found")
    ? failed("InvalidSpec", `spec.model: ${wordsOf(seen)}`)
    : undefined

const hopeless = new Set(["prompt_too_long", "image_error"])

const request: Classifier = (seen) => {
  const { result } = seen
  const cannotGoOn = hopeless.has(result?.terminal_reason ?? "") || result?.stop_reason === "refusal" ||
    (result?.is_error === true && (seen.apiError === "max_output_tokens" || statusOf(seen) === 400))
  return cannotGoOn ? failed("AgentError", wordsOf(seen)) : undefined
}

const upstream: Classifier = (seen) => {
  if (seen.result?.is_error !== true) return undefined
  const status = statusOf(seen)
  const down = status !== undefined
    ? status >= 500
    : seen.apiError === "server_error" ||
      /malformed response|connection to the API was lost|^API Error: Connection error/i.test(wordsOf(seen))
  return down ? ProcessEnd.UpstreamDown({ message: wordsOf(seen) }) : undefined
}

const otherError: Classifier = (
  seen
) => (seen.result?.is_error === true ? failed("AgentError", wordsOf(seen)) : undefined)

const noResult: Classifier = (seen) => {
  if (seen.result !== undefined) return undefined
  return ProcessEnd.Lost({
    message: seen.exitCode === 137
      ? "the agent was killed (exit 137; out of memory?)"
      : `the agent ended without a result (exit ${seen.exitCode})`
  })
}

const notRun: Classifier = (seen) =>
  seen.result?.num_turns === 0 || !seen.answered
    ? failed("AgentError", `the prompt was not run: ${wordsOf(seen)}`)
    : undefined

const finished = (seen: Observation): ProcessEnd => {
  const denied = [...new Set(seen.result?.permission_denials?.map(({ tool_name }) => tool_name))]
  const note = denied.length === 0 ? "" : ` (denied: ${denied.join(", ")})`
  const words = seen.result?.result?.trim() || "The agent finished without a message."
  return ProcessEnd.Finished({ message: `${forced(seen)}${words}${note}`, ...forcedOf(seen) })
}

const classifiers: ReadonlyArray<Classifier> = [
  badInit,
  silent,
  session,
  noInit,
  managedSettings,
  overBudget,
  refusedByBroker,
  rateLimited,
  accountLimit,
  credentials,
  model,
  request,
  upstream,
  otherError,
  noResult,
  notRun
]

/** The meaning of a process of the agent that has ended. `now`: where given, an end of a limit in words for people counts too. */
export const classify = (seen: Observation, broker: BrokerView = {}, now?: DateTime.Utc): ProcessEnd => {
  for (const rule of classifiers) {
    const processEnd = rule(seen, broker, now)
    if (processEnd !== undefined) return processEnd
  }
  return finished(seen)
}
