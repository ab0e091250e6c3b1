/**
 * The run that a trigger makes. Its name follows from what triggered it, so that the same thing makes no second one. What came in fills the
 * places that the trigger's texts have for it, one value each: it cannot add a field, nor become anything but text. Pure.
 */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { decoder } from "@orchestrator/domain/Decode"
import { triggerLabel } from "@orchestrator/domain/Labels"
import { printable } from "@orchestrator/domain/Printable"
import { repositoryIdentity } from "@orchestrator/domain/Tenant"
import { templated, type TriggerConfig } from "@orchestrator/domain/TriggerConfig"
import { Predicate, Result } from "effect"
import { createHash } from "node:crypto"
import { NewCodeRunSpec } from "../contract/kinds/CodeRuns.ts"
import { newCodeRun } from "../handlers/kinds/CodeRuns.ts"
import { nameWith } from "../handlers/RunNames.ts"
import type { HttpSettingsValue } from "../services/HttpSettings.ts"
import type { EventOf } from "./ForgeEvent.ts"

export interface TriggeredRun {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: Readonly<Record<string, unknown>>
  /** Who or what asked for it. */
  readonly by: string
}

type Problems = ReadonlyArray<FieldProblem>

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 10)

const decode = decoder(NewCodeRunSpec)

/** `what`: by which the same is recognised. */
export const triggeredRun = (
  settings: HttpSettingsValue,
  trigger: TriggerConfig,
  { by, fields = {}, what }: {
    readonly what: string
    readonly by: string
    readonly fields?: Readonly<Record<string, unknown>>
  }
): Result.Result<TriggeredRun, Problems> =>
  Result.map(decode({ ...trigger.run, ...fields }, { at: "run", rejectUnknown: true }), (spec) => ({
    name: nameWith(trigger.name, shortHash(what)),
    labels: { [triggerLabel]: trigger.name },
    spec: newCodeRun(settings, { spec }, undefined).spec,
    by
  }))

type Labelled = EventOf<"Labelled">

/** Triggers whose label an issue has, of one of their repositories. */
export const labelTriggers = (triggers: ReadonlyArray<TriggerConfig>, event: Labelled): ReadonlyArray<TriggerConfig> =>
  triggers.filter(({ label, repositories }) =>
    label !== undefined && event.labels.includes(label) &&
    repositories.some((url) => repositoryIdentity(url) === repositoryIdentity(event.page))
  )

export const issueFields = ({ cloneUrl, number, url }: Labelled, { run }: TriggerConfig) => ({
  issue: url,
  taskId: number,
  ...(run.repositoryUrl === undefined ? { repositoryUrl: cloneUrl } : {})
})

const valueAt = (payload: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>(
    (value, key) => Predicate.isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined,
    payload
  )

const longestValue = 16_384

/** Texts, numbers and truth values are filled in; what is missing or something else is a problem. */
const filledText = (template: string, payload: unknown, at: string): Result.Result<string, Problems> => {
  const problems: Array<FieldProblem> = []
  const text = template.replace(templated, (_, path: string) => {
    const value = valueAt(payload, path)
    if (typeof value === "string") return printable(value, { lines: true, max: longestValue })
    if (typeof value === "number" || typeof value === "boolean") return String(value)
    problems.push({
      path,
      expected: `a text, number or boolean for ${at}`,
      found: value === undefined ? "nothing" : "another value"
    })
    return ""
  })
  return problems.length > 0 ? Result.fail(problems) : Result.succeed(text)
}

/** The fields of the trigger's run with what the body says in their places. */
export const webhookFields = (
  { run }: TriggerConfig,
  payload: unknown
): Result.Result<Readonly<Record<string, unknown>>, Problems> =>
  Result.map(
    Result.all(
      Object.entries<unknown>(run).map(([field, value]): Result.Result<readonly [string, unknown], Problems> =>
        typeof value === "string"
          ? Result.map(filledText(value, payload, `run.${field}`), (text) => [field, text])
          : Result.succeed([field, value])
      )
    ),
    (fields) => Object.fromEntries(fields)
  )

/** What makes a request the same as another one. */
export const webhookKey = ({ key }: TriggerConfig, body: string, payload: unknown): Result.Result<string, Problems> =>
  key === undefined ? Result.succeed(body) : filledText(key, payload, "key")
