/**
 * What makes runs by itself: an issue's label, a signed request, a time. Each trigger says for whom and where the run works; what came in
 * may be named only in its texts, as `{{path.of.a.value}}`, and never says whose credentials are used.
 */
import { Cron, Result, Schema, Struct } from "effect"
import { CodeRunSpec } from "./CodeRun.ts"
import type { FieldProblem } from "./Decode.ts"
import { or } from "./Default.ts"
import { rule } from "./SpecText.ts"
import { TimeZoneName } from "./TimeZoneName.ts"

/** Part of a route, of a file's name, of a run's name and of a label. */
export const EventName = Schema.String.check(
  rule("at most 30 lower-case letters, digits and -", (text) => /^[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$/.test(text))
)

const CronText = Schema.String.check(rule(
  "a cron expression of five fields, such as 0 3 * * 1-5",
  (text) => text.trim().split(/\s+/).length === 5 && Result.isSuccess(Cron.parse(text))
))

const ScheduleConfig = Schema.Struct({
  cron: CronText,
  timezone: or(TimeZoneName, "UTC"),
  /** A run that could not be made in time is still made within so many seconds, the newest one only. */
  startingDeadlineSeconds: or(Schema.Int.check(Schema.isBetween({ minimum: 60, maximum: 86_400 })), 600)
})
export type ScheduleConfig = typeof ScheduleConfig.Type

const { docsRepositoryUrl, githubUser, model, repositoryUrl, service, taskId, workingDirectory, ...others } =
  CodeRunSpec.fields

/** Fields of a CodeRun's spec; what the requester's API fills in may be left out. */
const TriggerRun = Schema.Struct({
  ...Struct.omit(others, [
    "contextVersion",
    "promptModification",
    "suspend",
    "cancel",
    "cancelVersion",
    "continueSession"
  ]),
  service,
  githubUser,
  repositoryUrl: Schema.optionalKey(repositoryUrl),
  docsRepositoryUrl: Schema.optionalKey(docsRepositoryUrl),
  workingDirectory: Schema.optionalKey(workingDirectory),
  model: Schema.optionalKey(model),
  taskId: Schema.optionalKey(taskId)
})

const TriggerFields = Schema.Struct({
  name: EventName,
  /** An issue with this label becomes a run, when whoever put it on may write to the repository. */
  label: Schema.optionalKey(Schema.NonEmptyString),
  /** Addresses of the repositories whose issues count; for `label`. */
  repositories: or(Schema.Array(Schema.NonEmptyString), []),
  /** A request to `/webhook/run/NAME`, signed with the secret in the file `webhook.NAME`, becomes a run. */
  webhook: or(Schema.Boolean, false),
  /** What tells two requests apart, as a template; absent: the whole body. */
  key: Schema.optionalKey(Schema.NonEmptyString),
  schedule: Schema.optionalKey(ScheduleConfig),
  run: TriggerRun
})
export type TriggerConfig = typeof TriggerFields.Type

export const TriggerConfig = TriggerFields.check(
  rule(
    "just one of label, webhook and schedule",
    ({ label, schedule, webhook }) =>
      [label !== undefined, webhook, schedule !== undefined].filter(Boolean).length === 1
  ),
  rule("repositories beside a label", ({ label, repositories }) => label === undefined || repositories.length > 0)
)

/** `{{path.of.a.value}}` anywhere in a text. */
export const templated = /\{\{\s*([\w.-]{1,200})\s*\}\}/g

/** What is impossible only beside other triggers, or for the kind of trigger. */
export const triggerProblems = (
  triggers: ReadonlyArray<TriggerConfig>,
  profiles: ReadonlyArray<string>
): ReadonlyArray<FieldProblem> =>
  triggers.flatMap(({ label, name, run, webhook }, index) => {
    const at = `triggers[${index}]`
    const missing = [
      ...(label === undefined && run.repositoryUrl === undefined ? ["repositoryUrl"] : []),
      ...(label === undefined && run.prompt === undefined && run.taskId === undefined ? ["prompt"] : [])
    ]
    return [
      ...(triggers.findIndex((each) => each.name === name) === index
        ? []
        : [{ path: `${at}.name`, expected: "a name that no other trigger has", found: JSON.stringify(name) }]),
      ...(["github", "gitea"].includes(name)
        ? [{ path: `${at}.name`, expected: "a name that is no forge's", found: JSON.stringify(name) }]
        : []),
      ...(run.profile === undefined || profiles.includes(run.profile) ? [] : [{
        path: `${at}.run.profile`,
        expected: profiles.length === 0
          ? "a name in profiles, which has none"
          : `one of profiles (${profiles.join(", ")})`,
        found: JSON.stringify(run.profile)
      }]),
      ...missing.map((field) => ({ path: `${at}.run.${field}`, expected: "a value", found: "nothing" })),
      ...(webhook ? [] : Object.entries(run)).flatMap(([field, value]) =>
        typeof value === "string" && value.search(templated) >= 0
          ? [{
            path: `${at}.run.${field}`,
            expected: "a text without {{...}}, which only a webhook fills in",
            found: "one"
          }]
          : []
      )
    ]
  })
