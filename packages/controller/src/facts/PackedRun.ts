/**
 * A run that has ended, as there may be tens of thousands of: what only it has is one short text, read again when it is asked for, and what it
 * shares with others is one object for all of them. A FinishedRun like any other to whoever reads its fields; `...` copies nothing of it.
 */
import type { Attempt } from "@orchestrator/domain/Attempt"
import { makeRecent } from "@orchestrator/domain/Recent"
import { runKinds } from "../kinds/RunKinds.ts"
import { detached } from "./Bounds.ts"
import type { FinishedRun } from "./FinishedRun.ts"
import type { RunStatusView } from "./RunStatus.ts"
import { packUuid, unpackUuid } from "./Uuid.ts"

/** What each has for itself. */
type Own =
  | "uid"
  | "name"
  | "resourceVersion"
  | "createdAt"
  | "lineTime"
  | "originalUid"
  | "jobName"
  | "deliveries"
  | "status"
  | "sessionStartedAt"
  | "endedAt"

/** Of the attempt whose session may be gone on with. */
type Session = Pick<Attempt, "jobName" | "sessionId" | "startedAt">

interface Shared extends Omit<FinishedRun, Own> {
  readonly status: Omit<RunStatusView, "attempts" | "originalUid">
  /** Undefined: there is no such attempt. */
  readonly session: Omit<Attempt, keyof Session> | undefined
  readonly deliveryCount: number
  readonly at: Layout
}

/** Where each begins whose length is known; -1: it is a line, or there is none. */
interface Layout {
  readonly uid: number
  readonly sessionId: number
  readonly endedAt: number
  readonly createdAt: number
  readonly startedAt: number
  readonly deliveries: number
  readonly lines: number
}

/** Those that are in use stay, whether they are known or not. */
const shared = makeRecent<string, Shared>(2000)

const intLength = 4

const packInt = (value: number): string =>
  String.fromCharCode(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24)

const unpackInt = (text: string, from: number): number =>
  text.charCodeAt(from) | (text.charCodeAt(from + 1) << 8) | (text.charCodeAt(from + 2) << 16) |
  (text.charCodeAt(from + 3) << 24)

/** Seconds since the epoch, to the year 2106. */
const packSeconds = (seconds: number): string | undefined => seconds === seconds >>> 0 ? packInt(seconds) : undefined

const unpackSeconds = (text: string, from: number): number => unpackInt(text, from) >>> 0

/** As long as Kubernetes writes times. */
const timeLength = "2026-03-01T08:00:00Z".length

const ifTime = (time: string | undefined): string | undefined => time?.length === timeLength ? time : undefined

const separator = "\n"

/**
 * Texts at the end, in this order; what is the same as something else that is known, or is packed before, is an empty one. Of those at the end
 * that are empty nothing is kept.
 */
const lines = [
  "name",
  "resourceVersion",
  "uid",
  "createdAt",
  "lineTime",
  "originalUid",
  "sessionId",
  "startedAt",
  "job"
] as const
type Line = (typeof lines)[number]

class PackedRun implements FinishedRun {
  readonly #shared: Shared
  readonly #own: string

  constructor(shared: Shared, own: string) {
    this.#shared = shared
    this.#own = own
  }

  #line(wanted: Line): string {
    let from = this.#shared.at.lines
    for (const line of lines) {
      const end = this.#own.indexOf(separator, from)
      if (line === wanted) return this.#own.slice(from, end < 0 ? undefined : end)
      if (end < 0) return ""
      from = end + 1
    }
    return ""
  }
  #uuid(which: "uid" | "sessionId"): string {
    const at = this.#shared.at[which]
    return at < 0 ? this.#line(which) : unpackUuid(this.#own, at)
  }
  #time(which: "createdAt" | "startedAt"): string {
    const at = this.#shared.at[which]
    return at < 0 ? this.#line(which) : this.#own.slice(at, at + timeLength)
  }

  get ended(): true {
    return true
  }
  get uid(): string {
    return this.#uuid("uid")
  }
  get name(): string {
    return this.#line("name")
  }
  get resourceVersion(): string {
    return this.#line("resourceVersion")
  }
  get createdAt(): string {
    return this.#time("createdAt")
  }
  get lineTime(): string {
    return this.#line("lineTime") || this.createdAt
  }
  get originalUid(): string {
    return this.#line("originalUid") || this.uid
  }
  get jobName(): string {
    return runKinds[this.kind].jobName(this.name, this.originalUid, this.attempt)
  }
  get deliveries(): ReadonlyArray<number> {
    const { at, deliveryCount } = this.#shared
    return Array.from({ length: deliveryCount }, (_, index) => unpackInt(this.#own, at.deliveries + index * intLength))
  }
  get endedAt(): number {
    const { endedAt } = this.#shared.at
    return endedAt < 0 ? NaN : unpackSeconds(this.#own, endedAt)
  }
  get sessionStartedAt(): string | undefined {
    return this.#shared.session === undefined ? undefined : this.#time("startedAt")
  }
  get status(): RunStatusView {
    const { session, status } = this.#shared
    const originalUid = this.#line("originalUid")
    return {
      ...status,
      ...(originalUid === "" ? {} : { originalUid }),
      ...(session === undefined ? {} : { attempts: [{ ...session, ...this.#session() }] })
    }
  }
  #session(): Session {
    const startedAt = this.#time("startedAt")
    return {
      jobName: this.#line("job") || this.jobName,
      sessionId: this.#uuid("sessionId"),
      ...(startedAt === "" ? {} : { startedAt })
    }
  }

  get namespace() {
    return this.#shared.namespace
  }
  get kind() {
    return this.#shared.kind
  }
  get shard() {
    return this.#shared.shard
  }
  get generation() {
    return this.#shared.generation
  }
  get deleting() {
    return this.#shared.deleting
  }
  get contextVersion() {
    return this.#shared.contextVersion
  }
  get tenant() {
    return this.#shared.tenant
  }
  get githubUser() {
    return this.#shared.githubUser
  }
  get service() {
    return this.#shared.service
  }
  get attempt() {
    return this.#shared.attempt
  }
  get hasWaitingEvents() {
    return this.#shared.hasWaitingEvents
  }
  get phase() {
    return this.#shared.phase
  }
  get lacksFinished() {
    return this.#shared.lacksFinished
  }
  get editedAfterEnd() {
    return this.#shared.editedAfterEnd
  }
  get hasUnsaidPullRequest() {
    return this.#shared.hasUnsaidPullRequest
  }
  get merged() {
    return this.#shared.merged
  }
  get cancelAsked() {
    return this.#shared.cancelAsked
  }
  get keptFor() {
    return this.#shared.keptFor
  }
  get unpushed() {
    return this.#shared.unpushed
  }
  get openPullRequest() {
    return this.#shared.openPullRequest
  }
  get triggered() {
    return this.#shared.triggered
  }
  get historyOf() {
    return this.#shared.historyOf
  }
}

const noSession: Attempt = { contextVersion: 0, jobName: "none" }

/** One that is unlike all that we and the API server make stays as it is. */
export const packedRun = (run: FinishedRun): FinishedRun => {
  const {
    createdAt,
    deliveries,
    endedAt,
    jobName,
    lineTime,
    name,
    originalUid,
    resourceVersion,
    status,
    uid,
    ...others
  } = run
  const { sessionStartedAt: _, ...rest } = others
  const { attempts = [], originalUid: restoredFrom, ...ofStatus } = status
  const [session] = attempts
  const { jobName: job, sessionId, startedAt, ...ofSession } = session ?? noSession
  let text = ""
  const put = (part: string | undefined): number => {
    if (part === undefined) return -1
    text += part
    return text.length - part.length
  }
  const at = {
    uid: put(packUuid(uid)),
    sessionId: put(packUuid(sessionId ?? "")),
    endedAt: put(packSeconds(endedAt)),
    createdAt: put(ifTime(createdAt)),
    startedAt: put(ifTime(startedAt)),
    deliveries: put(deliveries.map(packInt).join("")),
    lines: text.length
  }
  const own: Readonly<Record<Line, string>> = {
    name,
    resourceVersion,
    uid: at.uid < 0 ? uid : "",
    createdAt: at.createdAt < 0 ? createdAt : "",
    lineTime: lineTime === createdAt ? "" : lineTime,
    originalUid: restoredFrom ?? "",
    sessionId: at.sessionId < 0 ? sessionId ?? "" : "",
    startedAt: at.startedAt < 0 ? startedAt ?? "" : "",
    job: session === undefined || job === jobName ? "" : job
  }
  const isUsual = attempts.length === (session === undefined ? 0 : 1) && status.attempts?.length !== 0 &&
    [sessionId ?? "none", startedAt ?? "none", job, restoredFrom ?? uid].every((each) => each !== "") &&
    (session === undefined || sessionId !== undefined) && (lineTime !== "" || createdAt === "") &&
    (at.endedAt >= 0 || Number.isNaN(endedAt)) && originalUid === (restoredFrom ?? uid) &&
    jobName === runKinds[run.kind].jobName(name, originalUid, run.attempt) &&
    Object.values(own).every((line) => !line.includes(separator))
  if (!isUsual) return run
  const more = { session: session === undefined ? undefined : ofSession, deliveryCount: deliveries.length, at }
  const key = JSON.stringify([{ ...rest, tenant: rest.tenant?.key }, ofStatus, more])
  const ends = lines.map((line) => own[line]).join(separator).replace(/\n+$/, "")
  return new PackedRun(shared(key, () => ({ ...rest, ...more, status: ofStatus })), detached(text + ends))
}
