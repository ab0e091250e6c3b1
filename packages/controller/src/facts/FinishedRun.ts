/**
 * Runs that have ended stay in the stores, since a raised contextVersion, a foreign holder or a session to go on with leads back to them;
 * but of each only what is then asked. Nobody writes the status of such a run from here: whatever changes it brings it back whole.
 */
import { type Condition, type ConditionType, findCondition } from "@orchestrator/domain/Condition"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { isTerminal, type Outcome } from "@orchestrator/domain/Phase"
import { pullRequestIn, unsaidOf } from "@orchestrator/domain/PullRequestFact"
import type { TerminalReason } from "@orchestrator/domain/Reason"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Predicate, Struct } from "effect"
import { type AnyRun, anyRun, requesterIn } from "./AnyRun.ts"
import { type KeepingFacts, keepingFacts } from "./Keeping.ts"
import { type Fields, readStatus } from "./RunStatus.ts"

export interface FinishedRun extends AnyRun, KeepingFacts {
  readonly ended: true
  readonly phase: Outcome
  /** Whether its conditions do not say so: it ended under a version that had no such condition. */
  readonly lacksFinished: boolean
  /** Whether its spec was changed since. Whoever waits for a condition waits until the status knows the change. */
  readonly editedAfterEnd: boolean
  /** Whether its status does not say what the forge told of its pull request. */
  readonly hasUnsaidPullRequest: boolean
  /** Whether whoever waits for its merge waits no longer: it is merged, or there was nothing to merge. */
  readonly merged: boolean
  /** Whether its spec asks to cancel: a version that is raised later is not meant. */
  readonly cancelAsked: boolean
  /** When the session began that a later run may go on with; "": nobody knows. Undefined: there is none. */
  readonly sessionStartedAt: string | undefined
}

const versionOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) ? value : undefined

/** How a run has ended of which nothing more was asked; undefined while there is something to do. */
export const outcomeIn = ({ spec, status }: CustomObject): Outcome | undefined => {
  const { contextVersion, phase } = status ?? {}
  const version = versionOf(spec["contextVersion"]) ?? 1
  return typeof phase === "string" && isTerminal(phase) && version <= (versionOf(contextVersion) ?? version)
    ? phase
    : undefined
}

export const finishedRun = (kind: KindName, run: CustomObject, phase: Outcome): FinishedRun => {
  const { metadata, spec } = run
  const status = run.status ?? {}
  const { attempts, observedGeneration, pullRequestUrl } = status
  const conditions = conditionsIn(status)
  const pullRequest = pullRequestIn(metadata.annotations)
  const kept = readStatus({
    ...shortOf(Struct.pick(status, ["phase", "reason", "contextVersion", "originalUid"])),
    ...newestSession(attempts)
  })
  return {
    ...anyRun(kind, run, kept, requesterIn(kind, metadata.namespace ?? "", requesterFields(spec))),
    ...keepingFacts(run, conditions),
    ended: true,
    phase,
    lacksFinished: !isTrue(conditions, "Finished"),
    hasUnsaidPullRequest: pullRequest !== undefined && unsaidOf(pullRequest, { conditions, pullRequestUrl }).length > 0,
    merged: isTrue(conditions, "Merged") || status["reason"] === nothingToMerge,
    cancelAsked: spec["cancel"] === true,
    sessionStartedAt: kept.attempts?.[0]?.sessionId === undefined ? undefined : kept.attempts[0].startedAt ?? "",
    editedAfterEnd: typeof observedGeneration === "number" && observedGeneration < (metadata.generation ?? 1)
  }
}

/** Whose workspace a run was in. */
const requesterFields = (spec: Fields): Fields =>
  spec["service"] === undefined ? {} : shortOf(Struct.pick(spec, ["service", "repositoryUrl", "githubUser"]))

/** The attempt whose session a later run of the service may go on with. */
const newestSession = (attempts: unknown): Fields => {
  const known: ReadonlyArray<Fields> = Array.isArray(attempts) ? attempts.filter(Predicate.isObject) : []
  const newest = known.findLast(({ sessionId }) => sessionId !== undefined)
  return newest === undefined
    ? {}
    : { attempts: [shortOf(Struct.pick(newest, ["contextVersion", "jobName", "sessionId", "startedAt", "exitCode"]))] }
}

/** Without texts that are longer than any of ours. */
const shortOf = (fields: object): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      typeof value === "number" || (typeof value === "string" && value.length <= 200)
    )
  )

/** Of a run that found nothing to change. */
const nothingToMerge: TerminalReason = "NoChanges"

const conditionsIn = (status: Fields): ReadonlyArray<Condition> =>
  readStatus(Struct.pick(status, ["conditions"])).conditions ?? []

const isTrue = (conditions: ReadonlyArray<Condition>, type: ConditionType): boolean =>
  findCondition(conditions, type)?.status === "True"
