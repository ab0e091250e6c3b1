/** What a stored status says, held to the types of what comes in now; what is none of ours is kept beside it, to be written back. */
import { Attempt } from "@orchestrator/domain/Attempt"
import { CodeRunStatus } from "@orchestrator/domain/CodeRun"
import { Condition } from "@orchestrator/domain/Condition"
import { tolerantDecoder } from "@orchestrator/domain/Decode"
import { exactly } from "@orchestrator/domain/Exact"
import { Predicate, Result, Schema, Struct } from "effect"
import { exact } from "./Bounds.ts"

/** The status fields that decisions and the next status build on; empty where the stored status is not ours. */
export type RunStatusView = Pick<
  CodeRunStatus,
  | "phase"
  | "reason"
  | "contextVersion"
  | "retryCount"
  | "resumesAt"
  | "cancelledVersion"
  | "jobName"
  | "configmapName"
  | "startedAt"
  | "lastUpdate"
  | "message"
  | "conditions"
  | "attempts"
  | "usage"
  | "promptModification"
  | "promptVersion"
  | "promptDigest"
  | "originalUid"
>

export type Fields = Readonly<Record<string, unknown>>

/** The fields of every kind; DocsRun's status is a part of CodeRun's. */
const decodeStatus = tolerantDecoder(CodeRunStatus)

const isOurs = exactly(Schema.Struct(CodeRunStatus.fields))

/** Nothing in a stored status makes this fail. One that has nothing else than ours is its own view. */
export const readStatus = (status: Fields): RunStatusView =>
  isOurs(status) ? status : Result.match(decodeStatus(status), {
    onFailure: () => ({}),
    onSuccess: ({ value }) => tight(withOthers(value, status))
  })

/** What a newer version has put beside our fields of an attempt or a condition is written back with it. */
const withOthers = (view: RunStatusView, { attempts, conditions }: Fields): RunStatusView => {
  const ofAttempts = withOthersOf(view.attempts, attempts, attemptFields, ({ jobName }) => jobName)
  const ofConditions = withOthersOf(view.conditions, conditions, conditionFields, ({ type }) => type)
  return ofAttempts === undefined && ofConditions === undefined ? view : {
    ...view,
    ...(ofAttempts === undefined ? {} : { attempts: ofAttempts }),
    ...(ofConditions === undefined ? {} : { conditions: ofConditions })
  }
}

const attemptFields: ReadonlySet<string> = new Set(Object.keys(Attempt.fields))
const conditionFields: ReadonlySet<string> = new Set(Object.keys(Condition.fields))

/** Undefined: nothing of the entries is unknown. */
const withOthersOf = <A extends object>(
  entries: ReadonlyArray<A> | undefined,
  stored: unknown,
  known: ReadonlySet<string>,
  keyOf: (entry: Partial<A>) => unknown
): ReadonlyArray<A> | undefined => {
  if (entries === undefined || !Array.isArray(stored)) return undefined
  const others = new Map<unknown, Fields>()
  for (const each of stored) {
    if (!Predicate.isObject(each)) continue
    const names = Object.keys(each).filter((name) => !known.has(name))
    if (names.length > 0) others.set(keyOf(each as Partial<A>), Struct.pick(each as Fields, names))
  }
  return others.size === 0 ? undefined : entries.map((entry) => ({ ...entry, ...others.get(keyOf(entry)) }))
}

/** Lists that are decoded have room for more. */
const tight = ({ attempts, conditions, ...view }: RunStatusView): RunStatusView => ({
  ...view,
  ...(conditions === undefined ? {} : { conditions: exact(conditions) }),
  ...(attempts === undefined ? {} : { attempts: exact(attempts) })
})

/** Fields of a stored status that its view has not. */
export const otherFields = (status: Fields, view: RunStatusView): Fields => {
  const names = Object.keys(status).filter((name) => !Object.hasOwn(view, name))
  return names.length === 0 ? noFields : Object.fromEntries(names.map((name) => [name, status[name]]))
}

const noFields: Fields = {}
