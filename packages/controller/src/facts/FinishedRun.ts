/**
 * Runs that have ended stay in the stores, since a raised contextVersion, a foreign holder or a session to go on with leads back to them;
 * but of each only what is then asked. Nobody writes the status of such an object: whatever changes a run brings it back whole.
 */
import type { Condition } from "@orchestrator/domain/Condition"
import { isTerminal } from "@orchestrator/domain/Phase"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Predicate, Struct } from "effect"

const versionOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) ? value : undefined

/** Whether a run has ended and nothing more was asked of it: what `finalPhase` says, of the object as it is. */
export const isFinished = ({ spec, status }: CustomObject): boolean => {
  const phase = status?.["phase"]
  const version = versionOf(spec["contextVersion"]) ?? 1
  return typeof phase === "string" && isTerminal(phase) &&
    version <= (versionOf(status?.["contextVersion"]) ?? version)
}

/** Of the metadata of every run that a store keeps. */
export const keptMetadata = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp"
] as const

/** The attempt whose session a later run of the service may go on with. */
const newestSession = (attempts: unknown): object => {
  const known: ReadonlyArray<Readonly<Record<string, unknown>>> = Array.isArray(attempts)
    ? attempts.filter(Predicate.isObject)
    : []
  const newest = known.findLast(({ sessionId }) => sessionId !== undefined)
  return newest === undefined
    ? {}
    : { attempts: [shortOf(Struct.pick(newest, ["contextVersion", "jobName", "sessionId", "startedAt"]))] }
}

/** Without texts that are longer than any of ours. */
const shortOf = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      typeof value === "number" || (typeof value === "string" && value.length <= 200)
    )
  )

/** Whose workspace a CodeRun was in, and its version. */
const keptSpec = ["service", "repositoryUrl", "githubUser", "contextVersion"]

const ended: ReadonlyArray<Condition> = [{ type: "Finished", status: "True" }]

const saysFinished = ({ status }: CustomObject): boolean => {
  const conditions = status?.["conditions"]
  return Array.isArray(conditions) &&
    conditions.some((each: unknown) =>
      Predicate.isObject(each) && Reflect.get(each, "type") === "Finished" && Reflect.get(each, "status") === "True"
    )
}

/** Whether a run has ended, and its conditions do not say so: it did under a version that had no such condition. */
export const lacksFinished = (run: CustomObject): boolean => isFinished(run) && !saysFinished(run)

/** Whether a run has ended and its spec was changed since. Whoever waits for a condition waits until the status knows the change. */
export const isEditedAfterEnd = (run: CustomObject): boolean => {
  const observed = run.status?.["observedGeneration"]
  return isFinished(run) && typeof observed === "number" && observed < (run.metadata.generation ?? 1)
}

/** What is kept of it. */
export const pruneFinished = (run: CustomObject): CustomObject => {
  const { metadata, spec, status = {} } = run
  return {
    metadata: Struct.pick(metadata, keptMetadata),
    spec: spec["service"] === undefined ? {} : shortOf(Struct.pick(spec, keptSpec)),
    status: {
      ...shortOf(Struct.pick(status, ["phase", "reason", "contextVersion", "observedGeneration"])),
      ...(saysFinished(run) ? { conditions: ended } : {}),
      ...newestSession(status["attempts"])
    }
  }
}
