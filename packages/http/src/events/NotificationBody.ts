/** Who is to be told of a run's end, and what. Pure. */
import type { NotificationConfig } from "@orchestrator/domain/EventsConfig"
import { group } from "@orchestrator/domain/Labels"
import { isTerminal } from "@orchestrator/domain/Phase"
import { attemptOf, costOf, phaseOf, statusText } from "@orchestrator/domain/RunView"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { DateTime, Duration, Option } from "effect"
import { versionsOf } from "../handlers/RetryRun.ts"

/** Annotation on a run: the version of which was told, and the notifications that have told it. */
export const notifiedAnnotation = `${group}/notified`

/** Of what ended earlier nobody is told any more: a notification that is new does not tell of all that ever was. */
const longest = Duration.hours(24)

const toldIn = (run: CustomObject): ReadonlyArray<string> => {
  const [version, ...names] = (run.metadata.annotations?.[notifiedAnnotation] ?? "").split(" ")
  return version === `v${attemptOf(run)}` ? names : []
}

export const withTold = (run: CustomObject, name: string): string =>
  [`v${attemptOf(run)}`, ...toldIn(run), name].join(" ")

/** Whether a run has ended not long ago. Can be asked of an outline. */
export const hasJustEnded = (run: CustomObject, now: DateTime.Utc): boolean => {
  const finished = Option.flatMap(Option.fromUndefinedOr(statusText(run, "finishedAt")), DateTime.make)
  return isTerminal(phaseOf(run)) && versionsOf(run).settled && Option.isSome(finished) &&
    DateTime.toEpochMillis(now) - DateTime.toEpochMillis(finished.value) <= Duration.toMillis(longest)
}

export const dueNotifications = (
  run: CustomObject,
  notifications: ReadonlyArray<NotificationConfig>,
  now: DateTime.Utc
): ReadonlyArray<NotificationConfig> =>
  hasJustEnded(run, now)
    ? notifications.filter(({ name, phases }) =>
      phases.some((phase) => phase === phaseOf(run)) && !toldIn(run).includes(name)
    )
    : []

/** The same for every attempt to deliver it. */
export const notificationId = ({ metadata: { uid = "" }, ...run }: CustomObject, name: string): string =>
  `${uid}-v${attemptOf(run)}-${name}`

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const fields = ["reason", "message", "branch", "headCommit", "pullRequestUrl", "finishedAt"] as const

export const notificationBody = (run: CustomObject, { format, name }: NotificationConfig): string => {
  const { kind = "", metadata } = run
  if (format === "slack") {
    const words = [
      `${kind} ${metadata.name}: ${phaseOf(run)}`,
      statusText(run, "message"),
      statusText(run, "pullRequestUrl")
    ]
    return JSON.stringify({ text: escaped(words.filter((word) => word !== undefined).join("\n")) })
  }
  return JSON.stringify({
    id: notificationId(run, name),
    kind,
    name: metadata.name,
    namespace: metadata.namespace,
    uid: metadata.uid,
    phase: phaseOf(run),
    attempt: attemptOf(run),
    ...Object.fromEntries(fields.map((field) => [field, statusText(run, field)])),
    costUsd: costOf(run)
  })
}
