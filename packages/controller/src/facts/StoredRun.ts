/**
 * What a store keeps of a run: no more than a bounded number of bytes, whatever a client wrote into spec, status or metadata. A spec that
 * is larger is kept without what only its Job needs; whoever makes the Job reads the object once more. Nothing here fails.
 */
import type { FieldProblem } from "@orchestrator/domain/Decode"
import { traceparentAnnotation } from "@orchestrator/domain/Labels"
import { maxDependencies } from "@orchestrator/domain/Sizes"
import type { CustomObject, Metadata } from "@orchestrator/k8s/Objects"
import { Predicate, Result, Struct } from "effect"
import { specDigest } from "../decide/SpecEdit.ts"
import { type KindName, runKinds } from "../kinds/RunKind.ts"
import { isFinished, keptMetadata, pruneFinished } from "./FinishedRun.ts"
import { detached, isSmall } from "./Small.ts"

export interface StoredRun extends CustomObject {
  /** Set when the spec is not whole: what is wrong with the whole one, and a hash of it. */
  readonly reduced?: { readonly problems: ReadonlyArray<FieldProblem>; readonly digest: string }
}

/** Bytes of a spec that is kept whole: several times what a usual one has. */
const smallSpec = 4096
/** Bytes of a status that is kept whole: more than ours ever has. */
const smallStatus = 16_384

type Fields = Readonly<Record<string, unknown>>

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

const reduce = (kind: KindName, run: CustomObject): Pick<StoredRun, "spec" | "reduced"> => {
  const whole = runKinds[kind].decodeSpec(run)
  const problems = Result.isFailure(whole)
    ? detached(whole.failure.slice(0, shownProblems).map((each) => ({ ...each, path: each.path.slice(0, 200) })))
    : []
  return { spec: reducedSpec(run.spec, problems.length === 0), reduced: { problems, digest: specDigest(run.spec) } }
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

const metadataOf = (metadata: Metadata): Metadata => {
  const traceparent = metadata.annotations?.[traceparentAnnotation]
  return {
    ...Struct.pick(metadata, keptMetadata),
    ...(isText(traceparent, 64) ? { annotations: { [traceparentAnnotation]: traceparent } } : {})
  }
}

export const pruneRun = (kind: KindName) => (run: CustomObject): StoredRun => {
  if (isFinished(run)) return pruneFinished(run)
  const { apiVersion, kind: named, metadata, spec, status } = run
  return {
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(named === undefined ? {} : { kind: named }),
    metadata: metadataOf(metadata),
    ...(isSmall(spec, smallSpec) ? { spec } : reduce(kind, run)),
    ...(status === undefined ? {} : { status: isSmall(status, smallStatus) ? status : reducedStatus(status) })
  }
}
