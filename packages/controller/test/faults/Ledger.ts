/**
 * What happened, written down while it happens, and judged at once: the invariants that hold at every step. Everything is read from what is
 * stored and sent, nothing from what a controller believes.
 */
import { retryAnnotation } from "@orchestrator/domain/Labels"
import { leaseOfShard } from "@orchestrator/domain/Shards"
import { type Call, type Done, isWrite } from "@orchestrator/embedded/faults/Call"
import type { StagedChange } from "@orchestrator/embedded/store/ObjectStore"
import {
  CodeRunKind,
  ConfigMapKind,
  DocsRunKind,
  JobKind,
  type Kind,
  LeaseKind,
  PodKind
} from "@orchestrator/k8s/Kinds"
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

/** What was made too late, since its request was so long on its way. */
export interface Late {
  /** Jobs whose attempt has had another. */
  jobs: number
  /** Files of Jobs that are gone: nothing holds them back, and they go as well. */
  files: number
}

/** More requests of one process in such a time are a loop. */
const mostRequests = 250
const paceMillis = 10_000

/** A value that is in a Secret and nowhere else. */
export const plantedSecret = "planted-not-a-real-secret-7f3a"

export interface LedgerOptions {
  readonly now: () => number
  /** UIDs of objects that are nobody's of ours. */
  readonly foreign: ReadonlySet<string>
  /** Whether one process at a time may act. */
  readonly elects: boolean
  /** Number of the shard whose an object is; undefined where it is no shard's alone. */
  readonly shardOf: (call: Call) => number | undefined
  /** Live pods: of the API server, by now. */
  readonly pods: () => ReadonlyArray<KubernetesObject>
}

interface Term {
  readonly holder: string
  readonly since: number
  readonly order: number
  readonly by: string
}

const nobodysTerm: Term = { holder: "", since: 0, order: 0, by: "" }

const resourceOf = ({ group, plural }: Kind) => `${group}/${plural}`
const runResources = new Set([CodeRunKind, DocsRunKind].map(resourceOf))
const jobResource = resourceOf(JobKind)
const filesResource = resourceOf(ConfigMapKind)
const podResource = resourceOf(PodKind)

/** What is another in each run. */
export const masked = (text: string): string =>
  text.replace(/([-"])[0-9a-f]{16}(?![0-9a-f])/g, "$1<nonce>").replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")

const terminal: ReadonlySet<unknown> = new Set(["Succeeded", "Failed", "Cancelled"])

const fieldOf = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, name) => Predicate.isObject(inner) ? inner[name] : undefined, value)

export const makeLedger = ({ elects, foreign, now, pods, shardOf }: LedgerOptions) => {
  const violations: Array<Violation> = []
  const counts = new Map<string, Counts>()
  /** UID of the Job of each attempt. */
  const jobs = new Map<string, string>()
  const deletedAt = new Map<string, number>()
  const late: Late = { jobs: 0, files: 0 }
  const pace = new Map<string, { readonly span: number; readonly count: number }>()
  /** Of each Lease, whom it names, since when, and by which call of whom. */
  const terms = new Map<string, Term>()
  const termOf = (call: Call) => {
    const number = shardOf(call)
    return number === undefined ? undefined : terms.get(leaseOfShard(number)) ?? nobodysTerm
  }
  let writes = 0
  let digest: string | undefined

  const violate = (invariant: Invariant, what: string) => {
    digest = undefined
    if (violations.length < 20) violations.push({ invariant, what })
  }

  /** What was on its way while the one before was still there is late, and would have been refused: the server cannot know. */
  const jobMade = ({ object }: StagedChange, { sentAt }: Call) => {
    const { annotations = {}, labels = {}, name, ownerReferences = [], uid } = object.metadata
    const owner = ownerReferences.find(({ kind }) => kind === "CodeRun" || kind === "DocsRun")
    if (owner === undefined) return
    const attempt = `${owner.name} ${owner.uid} version ${labels["context-version"]} retry ${
      annotations[retryAnnotation] ?? 0
    }`
    const before = jobs.get(attempt)
    if (before !== undefined) {
      if (sentAt > (deletedAt.get(before) ?? -1)) violate("I1", `a second Job ${name} of ${attempt}`)
      else late.jobs++
    }
    jobs.set(attempt, uid)
  }

  const filesMade = ({ object }: StagedChange) => {
    if (object.metadata.ownerReferences?.some(({ uid }) => deletedAt.has(uid)) === true) late.files++
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
    digest = undefined
    for (const { object, resource, type } of done.changes) {
      const key = `${resource} ${masked(object.metadata.name)}`
      const entry = counts.get(key) ?? { create: 0, update: 0, delete: 0 }
      counts.set(key, entry)
      if (type === "ADDED") entry.create++
      else if (done.call.verb === "delete") entry.delete++
      else entry.update++
    }
  }

  const leaseWritten = ({ at, call, changes }: Done) => {
    for (const { object } of changes) {
      const found = fieldOf(object, "spec", "holderIdentity")
      const holder = typeof found === "string" ? found : ""
      const { name } = object.metadata
      if (holder === (terms.get(name) ?? nobodysTerm).holder) continue
      terms.set(name, { holder, since: at, order: call.order, by: call.process.id })
    }
  }

  const outOfTurn = ({ kind, process, verb }: Call, term: Term) => {
    const holder = term.holder === "" ? "nobody" : term.holder
    violate("I6", `${process.id} sent ${verb} ${kind.kind} while ${holder} held the lease`)
  }
  const isActing = (call: Call) => elects && isWrite(call) && call.kind !== LeaseKind
  /** Nobody sends a write once another holds the Lease, not even one that its fence will refuse; in the same moment nobody can know. */
  const sent = (call: Call) => {
    const term = termOf(call)
    if (term === undefined) return
    if (isActing(call) && term.holder !== call.process.id && call.sentAt > term.since) outOfTurn(call, term)
  }
  /** Nor after it has given the Lease away itself. */
  const afterRelease = (call: Call) => {
    const term = termOf(call)
    if (term === undefined) return
    if (isActing(call) && term.by === call.process.id && term.holder !== term.by && call.order > term.order) {
      outOfTurn(call, term)
    }
  }

  const paced = ({ at, call: { process } }: Done) => {
    const span = Math.floor(at / paceMillis)
    const current = pace.get(process.id)
    const count = current?.span === span ? current.count + 1 : 1
    pace.set(process.id, { span, count })
    if (count === mostRequests) violate("I5", `${process.id} made ${count} requests in ${paceMillis / 1000} s`)
  }

  return {
    violations,
    violate,
    counts,
    writes: () => writes,
    late,
    onChange: (change: StagedChange) => {
      if (change.resource === jobResource && change.type === "DELETED") deletedAt.set(change.object.metadata.uid, now())
      if (runResources.has(change.resource) && change.type === "MODIFIED") runChanged(change)
      if (change.resource === podResource && change.type !== "DELETED") podChanged()
    },
    onSend: sent,
    onDone: (done: Done) => {
      const { call, changes } = done
      paced(done)
      if (call.kind === LeaseKind) leaseWritten(done)
      if (!isWrite(call) || call.kind === LeaseKind) return
      const text = `${call.process.id} ${call.verb} ${call.kind.kind} ${call.name}`
      if (!hasFence(done)) violate("I8", `${text} carries no name, resourceVersion or UID to hold it back`)
      if (JSON.stringify(call.sent ?? null).includes(plantedSecret)) violate("I10", `${text} has the value of a Secret`)
      afterRelease(call)
      if (changes.length === 0) return
      writes++
      count(done)
      for (const change of changes) {
        const { object, resource, type } = change
        if (resource === jobResource && type === "ADDED") jobMade(change, call)
        if (resource === filesResource && type === "ADDED") filesMade(change)
        if (foreign.has(object.metadata.uid)) violate("I11", `${text} changed what is not ours`)
      }
    },
    /** All that later judgements depend on. */
    digest: () =>
      digest ??= JSON.stringify([
        [...counts].sort(([a], [b]) => a < b ? -1 : 1),
        [...jobs.keys()].sort(),
        violations.length
      ])
  }
}
