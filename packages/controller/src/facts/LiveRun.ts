/**
 * What is kept of a run that is live: no more than a bounded number of bytes, whatever a client wrote into spec, status or metadata. A spec
 * that is larger is kept without what only its Job needs; whoever makes the Job reads the object once more. Nothing here fails.
 */
import { cancelMeant } from "@orchestrator/domain/Cancellation"
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { fnv1aInt32 } from "@orchestrator/domain/Hash"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { restoredAnnotation, traceparentAnnotation } from "@orchestrator/domain/Labels"
import { maxDependencies } from "@orchestrator/domain/Sizes"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Predicate, Result, Struct } from "effect"
import { runKinds } from "../kinds/RunKinds.ts"
import type { RunSpec } from "../kinds/RunSpec.ts"
import { type AnyRun, anyRun, type Requester, requesterIn } from "./AnyRun.ts"
import { detached, isSmall, sharedFields } from "./Bounds.ts"
import type { FinishedRun } from "./FinishedRun.ts"
import { type Fields, otherFields, readStatus } from "./RunStatus.ts"
import { promptDigest, specDigest } from "./SpecDigest.ts"
import { tasksIn } from "./Tenants.ts"

/** The only runs whose status can be written from what is kept. */
export interface LiveRun extends AnyRun, SpecFacts {
  readonly ended: false
  /** Whether the spec asks to cancel this version; a request that was made for an earlier one does not count. */
  readonly cancel: boolean
  /** The earlier version that a standing request was made for. */
  readonly cancelledVersion: number | undefined
  /** The version at which a standing request was made, where that was seen. */
  readonly cancelAskedAt: number | undefined
  /** What the stored status has beside ours: it stays. */
  readonly otherStatus: Fields
  /** Whether it is about to be restored: what it had come to is not in its status yet. */
  readonly restoring: boolean
  /** Whether its status says until when it pauses. */
  readonly hasPause: boolean
  /** The trace of whoever made it. */
  readonly traceparent: string | undefined
}

/** What follows from the spec alone. */
interface SpecFacts extends Requester {
  /** What it asks for, or why it cannot be read. Of one that is not whole it lacks what only the Job needs. */
  readonly spec: Result.Result<RunSpec, ReadonlyArray<FieldProblem>>
  readonly isReadable: boolean
  readonly isWhole: boolean
  /** Hash of what an attempt works on. */
  readonly specDigest: string
  /** Hash of its promptModification, where it has one. */
  readonly promptDigest: string | undefined
  readonly cancelAsked: boolean
  /** Whether no attempt of it may start. */
  readonly suspended: boolean
  /** Cancelled up to this version, whatever `cancel` says. */
  readonly cancelVersion: number | undefined
  /** Index values of its task, and of the runs that it depends on. */
  readonly tasks: ReadonlyArray<string>
  readonly dependencies: ReadonlyArray<number>
}

/** A spec that the version before had is not read again. */
export const liveRun = (kind: KindName, run: CustomObject, last?: LiveRun | FinishedRun): LiveRun => {
  const { metadata } = run
  const status = run.status ?? {}
  const before = last !== undefined && last.uid !== "" && last.uid === metadata.uid ? last : undefined
  const ofSpec = before?.ended === false && before.generation === metadata.generation
    ? specFactsIn(before)
    : specFacts(kind, run)
  const kept = sharedFields(isSmall(status, smallStatus) ? status : reducedStatus(status))
  const view = readStatus(kept)
  const facts = anyRun(kind, run, view, ofSpec)
  const traceparent = metadata.annotations?.[traceparentAnnotation]
  return {
    ...facts,
    ...ofSpec,
    ended: false,
    ...cancelFacts({ ...facts, ...ofSpec }, before),
    otherStatus: otherFields(kept, view),
    restoring: metadata.annotations?.[restoredAnnotation] !== undefined && view.originalUid === undefined,
    hasPause: view.resumesAt !== undefined,
    traceparent: isText(traceparent, 64) ? traceparent : undefined
  }
}

type CancelFacts = Pick<LiveRun, "cancel" | "cancelledVersion" | "cancelAskedAt">

/** Which version a request to cancel was made for: the one at which it was seen to come, else what the status tells. */
const cancelFacts = (run: AnyRun & SpecFacts, before: LiveRun | FinishedRun | undefined): CancelFacts => {
  const { attempt: { contextVersion }, cancelAsked, cancelVersion } = run
  const cancelAskedAt = cancelAsked && before !== undefined ? askedAt(run, before) : undefined
  const asked = cancelAskedAt ?? (cancelAsked ? askedFor(run) : undefined)
  return {
    cancel: [asked, cancelVersion].some((version) => version !== undefined && version >= contextVersion),
    cancelledVersion: asked !== undefined && asked < contextVersion ? asked : undefined,
    cancelAskedAt
  }
}

/** Undefined: the request was there when the run was first seen. */
const askedAt = ({ attempt, contextVersion }: AnyRun, before: LiveRun | FinishedRun): number | undefined => {
  if (!before.cancelAsked) return attempt.contextVersion
  const known = before.ended ? undefined : before.cancelAskedAt
  return known ?? (before.contextVersion < contextVersion ? before.attempt.contextVersion : undefined)
}

const askedFor = ({ attempt: { contextVersion: wanted }, cancelVersion, status }: AnyRun & SpecFacts): number => {
  const { cancelledVersion, contextVersion: seen, phase } = status
  return cancelMeant({ wanted, seen, phase, cancelVersion, cancelledVersion })
}

const specFactsIn = (run: LiveRun): SpecFacts => ({
  spec: run.spec,
  isReadable: run.isReadable,
  isWhole: run.isWhole,
  specDigest: run.specDigest,
  promptDigest: run.promptDigest,
  cancelAsked: run.cancelAsked,
  suspended: run.suspended,
  cancelVersion: run.cancelVersion,
  tenant: run.tenant,
  githubUser: run.githubUser,
  service: run.service,
  tasks: run.tasks,
  dependencies: run.dependencies
})

const specFacts = (kind: KindName, run: CustomObject): SpecFacts => {
  const namespace = run.metadata.namespace ?? ""
  const isWhole = isSmall(run.spec, smallSpec)
  const { problems, spec } = isWhole ? { problems: [], spec: sharedFields(run.spec) } : reduce(kind, run)
  const { cancel, cancelVersion, dependsOn, suspend } = spec
  const read: LiveRun["spec"] = problems.length > 0 ? Result.fail(problems) : readSpec(kind, { ...run, spec })
  return {
    ...requesterIn(kind, namespace, spec),
    spec: read,
    isReadable: Result.isSuccess(read),
    isWhole,
    specDigest: specDigest(run.spec),
    promptDigest: promptDigest(run.spec["promptModification"]),
    cancelAsked: cancel === true,
    suspended: suspend === true,
    cancelVersion: typeof cancelVersion === "number" ? cancelVersion : undefined,
    tasks: runKinds[kind].leasesWorkspace
      ? tasksIn(namespace, { ...spec, ...Struct.pick(run.spec, ["prompt", "issue"]) })
      : none,
    dependencies: Array.isArray(dependsOn) ? dependsOn.map((name) => dependencyIndex(namespace, String(name))) : none
  }
}

const none: ReadonlyArray<never> = []

/** Of metadata only what decodes as ours is kept alive. */
export const readSpec = (kind: KindName, { metadata, status: _, ...run }: CustomObject): LiveRun["spec"] =>
  runKinds[kind].decodeSpec({
    ...run,
    metadata: Struct.pick(metadata, ["name", "namespace", "uid", "generation"])
  })

/** A run of which the spec was not kept whole, with that of its object. */
export const withSpecOf = (known: LiveRun, run: CustomObject): LiveRun => {
  const spec = readSpec(known.kind, run)
  return { ...known, isWhole: true, spec, isReadable: Result.isSuccess(spec) }
}

/** Index value of the runs that depend on one: a hash, since each may name 64. Whoever shares it with them is looked at once more. */
export const dependencyIndex = (namespace: string, name: string): number => fnv1aInt32(`${namespace}/${name}`)

/** Bytes of a spec that is kept whole: several times what a usual one has. */
const smallSpec = 4096
/** Bytes of a status that is kept whole: more than ours ever has. */
const smallStatus = 16_384

const isScalar = (value: unknown): boolean => typeof value === "number" || typeof value === "boolean"

const isText = (value: unknown, max: number): value is string => typeof value === "string" && value.length <= max

/** Texts that every valid spec of the kind needs; each is bounded by its definition. */
const neededTexts = new Set([
  "service",
  "repositoryUrl",
  "docsRepositoryUrl",
  "docsBranch",
  "sourceBranch",
  "workingDirectory",
  "profile",
  "agent",
  "provider",
  "priority",
  "model",
  "githubUser"
])

const pickFields = (fields: Fields, keep: (name: string, value: unknown) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => name.length <= 64 && keep(name, value)))

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= maxDependencies && value.every((name) => isText(name, 253)) &&
  isSmall(value, 3 * smallSpec)

/** Of a valid one, what decisions read before a Job is made; of another one, who asked for it and for which version. */
const reducedSpec = (spec: Fields, valid: boolean): Fields =>
  pickFields(spec, (name, value) =>
    isScalar(value) || (neededTexts.has(name) && isText(value, valid ? 2048 : 200)) ||
    (valid && name === "dependsOn" && isNames(value)))

const shownProblems = 10

const reduce = (kind: KindName, run: CustomObject) => {
  const whole = runKinds[kind].decodeSpec(run)
  const problems = Result.isFailure(whole)
    ? detached(whole.failure.slice(0, shownProblems).map((each) => ({ ...each, path: each.path.slice(0, 200) })))
    : []
  return { spec: reducedSpec(run.spec, problems.length === 0), problems }
}

const shortTexts = (fields: unknown, max: number): Fields =>
  Predicate.isObject(fields) ? pickFields({ ...fields }, (_, value) => isScalar(value) || isText(value, max)) : {}

const attemptsOf = (attempts: unknown): ReadonlyArray<Fields> =>
  Array.isArray(attempts)
    ? attempts.slice(-10).filter(Predicate.isObject).map((attempt) => {
      const { usage, ...fields } = attempt as Fields
      return { ...shortTexts(fields, 128), ...(usage === undefined ? {} : { usage: shortTexts(usage, 0) }) }
    })
    : []

/** Of a status that is none of ours any more. What is left out is what the next write of ours takes away. */
const reducedStatus = (status: Fields): Fields => ({
  ...shortTexts(status, 200),
  ...(status["usage"] === undefined ? {} : { usage: shortTexts(status["usage"], 0) }),
  ...(status["attempts"] === undefined ? {} : { attempts: attemptsOf(status["attempts"]) })
})
