/**
 * What happened, written down while it happens, and judged at once: the invariants that hold at every step. Everything is read from what is
 * stored and sent, nothing from what a controller believes.
 */
import { retryAnnotation } from "@orchestrator/domain/Labels"
import { type Done, isWrite } from "@orchestrator/embedded/faults/Call"
import type { StagedChange } from "@orchestrator/embedded/store/ObjectStore"
import { CodeRunKind, DocsRunKind, JobKind, type Kind, LeaseKind, PodKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Predicate } from "effect"

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "I11"

export interface Violation {
  readonly invariant: Invariant
  readonly what: string
}

export interface Counts {
  create: number
  update: number
  delete: number
}

/** A value that is in a Secret and nowhere else. */
export const plantedSecret = "planted-not-a-real-secret-7f3a"

export interface LedgerOptions {
  /** UIDs of objects that are nobody's of ours. */
  readonly foreign: ReadonlySet<string>
  /** Whether one process at a time may act. */
  readonly elects: boolean
  /** Live pods: of the API server, by now. */
  readonly pods: () => ReadonlyArray<KubernetesObject>
}

const resourceOf = ({ group, plural }: Kind) => `${group}/${plural}`
const runResources = new Set([CodeRunKind, DocsRunKind].map(resourceOf))
const jobResource = resourceOf(JobKind)
const podResource = resourceOf(PodKind)

/** What is another in each run. */
export const masked = (text: string): string =>
  text.replace(/([-"])[0-9a-f]{16}(?![0-9a-f])/g, "$1<nonce>").replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")

const terminal: ReadonlySet<unknown> = new Set(["Succeeded", "Failed", "Cancelled"])

const fieldOf = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, name) => Predicate.isObject(inner) ? inner[name] : undefined, value)

export const makeLedger = ({ elects, foreign, pods }: LedgerOptions) => {
  const violations: Array<Violation> = []
  const counts = new Map<string, Counts>()
  const jobs = new Map<string, string>()
  /** By process: when it first acted in its life. */
  const acted: Array<{ readonly id: string; readonly at: number }> = []
  let writes = 0

  const violate = (invariant: Invariant, what: string) => {
    if (violations.length < 20) violations.push({ invariant, what })
  }

  const jobMade = ({ object }: StagedChange) => {
    const { annotations = {}, labels = {}, name, ownerReferences = [] } = object.metadata
    const owner = ownerReferences.find(({ kind }) => kind === "CodeRun" || kind === "DocsRun")
    if (owner === undefined) return
    const attempt = `${owner.name} ${owner.uid} version ${labels["context-version"]} retry ${
      annotations[retryAnnotation] ?? 0
    }`
    const before = jobs.get(attempt)
    if (before !== undefined) violate("I1", `a second Job ${name} of ${attempt}, after ${before}`)
    jobs.set(attempt, name)
  }

  const runChanged = ({ object, previous }: StagedChange) => {
    if (previous === undefined || previous.metadata.uid !== object.metadata.uid) return
    const [phase, before] = [object, previous].map((each) => fieldOf(each, "status", "phase"))
    const [version = 0, versionBefore = 0] = [object, previous].map((each) =>
      Number(fieldOf(each, "status", "contextVersion") ?? 0)
    )
    const { name } = object.metadata
    if (version < versionBefore) violate("I3", `${name} went from contextVersion ${versionBefore} back to ${version}`)
    if (version === versionBefore && terminal.has(before) && phase !== before) {
      violate("I3", `${name} was ${String(before)} and became ${String(phase)}`)
    }
  }

  const podChanged = () => {
    const live = new Map<string, Set<string>>()
    for (const pod of pods()) {
      const phase = fieldOf(pod, "status", "phase")
      const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === "Job")
      if (owner === undefined || phase === "Succeeded" || phase === "Failed") continue
      const volumes = fieldOf(pod, "spec", "volumes")
      for (const volume of Array.isArray(volumes) ? volumes : []) {
        const claim = fieldOf(volume, "persistentVolumeClaim", "claimName")
        if (typeof claim === "string") live.set(claim, (live.get(claim) ?? new Set()).add(owner.name))
      }
    }
    for (const [claim, owners] of live) {
      if (owners.size > 1) violate("I7", `claim ${claim} has live pods of ${[...owners].sort().join(" and ")}`)
    }
  }

  const hasFence = ({ call: { sent, verb } }: Done): boolean => {
    const version = fieldOf(sent, "metadata", "resourceVersion")
    const body = fieldOf(sent, "body")
    switch (verb) {
      case "create":
        return typeof fieldOf(sent, "metadata", "name") === "string"
      case "patch":
      case "patchStatus":
        return Array.isArray(body)
          ? body.some((each) => fieldOf(each, "op") === "test" && fieldOf(each, "path") === "/metadata/uid")
          : ["uid", "resourceVersion"].some((name) => typeof fieldOf(body, "metadata", name) === "string")
      case "delete":
        return typeof fieldOf(sent, "uid") === "string" || typeof fieldOf(sent, "resourceVersion") === "string"
      default:
        return typeof version === "string" && version !== ""
    }
  }

  const count = (done: Done) => {
    for (const { object, resource, type } of done.changes) {
      const key = `${resource} ${masked(object.metadata.name)}`
      const entry = counts.get(key) ?? { create: 0, update: 0, delete: 0 }
      counts.set(key, entry)
      if (type === "ADDED") entry.create++
      else if (type === "MODIFIED") entry.update++
      else entry.delete++
    }
  }

  /** No accepted write by a process after another has acted: what was on its way before that is not its doing. */
  const actsAlone = ({ at, call: { process, sentAt, ...call } }: Done) => {
    const latest = acted.at(-1)
    if (latest === undefined || latest.id === process.id) {
      if (latest === undefined) acted.push({ id: process.id, at })
      return
    }
    if (acted.some(({ id }) => id === process.id)) {
      if (sentAt >= latest.at) {
        violate("I6", `${process.id} did ${call.verb} ${call.kind.kind} after ${latest.id} had acted`)
      }
    } else acted.push({ id: process.id, at })
  }

  return {
    violations,
    violate,
    counts,
    writes: () => writes,
    onChange: (change: StagedChange) => {
      if (change.resource === jobResource && change.type === "ADDED") jobMade(change)
      if (runResources.has(change.resource) && change.type === "MODIFIED") runChanged(change)
      if (change.resource === podResource && change.type !== "DELETED") podChanged()
    },
    onDone: (done: Done) => {
      const { call, changes } = done
      if (!isWrite(call) || call.kind === LeaseKind) return
      const text = `${call.process.id} ${call.verb} ${call.kind.kind} ${call.name}`
      if (!hasFence(done)) violate("I8", `${text} carries no name, resourceVersion or UID to hold it back`)
      if (JSON.stringify(call.sent ?? null).includes(plantedSecret)) violate("I10", `${text} has the value of a Secret`)
      if (changes.length === 0) return
      writes++
      count(done)
      for (const { object } of changes) {
        if (foreign.has(object.metadata.uid)) violate("I11", `${text} changed what is not ours`)
      }
      if (elects) actsAlone(done)
    },
    /** All that later judgements depend on. */
    digest: () =>
      JSON.stringify([[...counts].sort(([a], [b]) => a < b ? -1 : 1), [...jobs.keys()].sort(), violations.length])
  }
}
