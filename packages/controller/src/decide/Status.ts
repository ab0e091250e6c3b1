/**
 * The next status, derived from what was observed and what changed. Phase follows from the reason; equal status is not written; times
 * move only when what they date has changed.
 */
import { type Attempt, recordAttempt } from "@orchestrator/domain/Attempt"
import { type ConditionFact, findCondition, setConditions } from "@orchestrator/domain/Condition"
import type { KindName } from "@orchestrator/domain/kinds/RunKinds"
import { filesName } from "@orchestrator/domain/Names"
import { isTerminal, type Phase } from "@orchestrator/domain/Phase"
import { wordsOfAttempt } from "@orchestrator/domain/PreviousAttempt"
import { printable } from "@orchestrator/domain/Printable"
import { pullRequestIn, unsaidOf } from "@orchestrator/domain/PullRequestFact"
import { outcomeOf, type RunningReason, type TerminalReason, type WaitingReason } from "@orchestrator/domain/Reason"
import { expiry, formatTime } from "@orchestrator/domain/Retention"
import { type StatusPatch, statusPatch } from "@orchestrator/domain/StatusPatch"
import { sentence } from "@orchestrator/domain/Text"
import { addUsage, type Usage } from "@orchestrator/domain/Usage"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { type DateTime, Result } from "effect"
import type { Pause } from "../attempt/Pause.ts"
import { promptVersion } from "../attempt/SpecEdit.ts"
import type { PresentRun } from "../facts/Observed.ts"
import { runFacts } from "../facts/Run.ts"
import { type Fields, readStatus } from "../facts/RunStatus.ts"
import { sameJson } from "../facts/SameJson.ts"
import { runKinds } from "../kinds/RunKinds.ts"
import { Action } from "./Action.ts"
import { evidenceFacts } from "./Conditions.ts"
import type { Evidence } from "./Evidence.ts"
import type { Verdict } from "./Judge.ts"
import type { Refusal } from "./Refusal.ts"

interface Change {
  readonly phase: Phase
  readonly reason: string
  readonly message: string
  readonly facts: ReadonlyArray<ConditionFact>
  readonly attempt?: Attempt
  readonly fields?: StatusPatch
}

const notEnded: StatusPatch = { finishedAt: undefined, expiresAt: undefined, resumesAt: undefined }

/** Pending: nothing runs, and why. */
const pending = (
  observed: PresentRun,
  reason: WaitingReason,
  message: string,
  { facts = [], fields, ...more }: Partial<Pick<Change, "attempt" | "facts" | "fields">> = {}
): ReadonlyArray<Action> =>
  write(observed, {
    ...more,
    phase: "Pending",
    reason,
    message,
    facts: [
      { type: "Ready", status: "False", reason, message },
      ...(reason === "Accepted" ? [] : [{ type: "Queued", status: "True", reason, message } as const]),
      ...facts
    ],
    fields: statusPatch({ ...notEnded, ...fields })
  })

export const waiting = (
  observed: PresentRun,
  reason: WaitingReason,
  message: string,
  attempt?: Attempt
): ReadonlyArray<Action> => pending(observed, reason, message, attempt === undefined ? {} : { attempt })

/** Pending, because the cluster refuses what the run needs; it is tried again. */
export const refused = (observed: PresentRun, { message, reason }: Refusal): ReadonlyArray<Action> =>
  pending(observed, "WaitingForCapacity", message, {
    facts: [{ type: "Progressing", status: "False", reason, message }]
  })

/** Pending, since an object of somebody else has the name of the Job: the next round makes it under another one. */
export const renamed = (observed: PresentRun): ReadonlyArray<Action> => {
  const { attempt, jobName, kind, name, originalUid } = observed.run
  return pending(observed, "Accepted", `A Job named ${jobName} already exists. Retrying with another name.`, {
    fields: statusPatch({ jobName: runKinds[kind].jobName(name, originalUid, attempt, observed.nonce.slice(0, 8)) })
  })
}

/** Running: the current attempt's Job is there. */
export const running = (
  observed: PresentRun,
  reason: RunningReason,
  message: string,
  attempt: Attempt,
  facts: ReadonlyArray<ConditionFact>
): ReadonlyArray<Action> =>
  write(observed, {
    phase: "Running",
    reason,
    message,
    facts: [
      { type: "Ready", status: "False", reason, message },
      ...(findCondition(observed.run.status.conditions, "Queued") === undefined
        ? []
        : [{ type: "Queued", status: "False", reason: "Started", message: "The run has started." } as const]),
      ...facts
    ],
    attempt,
    fields: statusPatch({ ...notEnded, ...ofAttempt(observed, attempt) })
  })

/** What is said of the current attempt while it is that, whichever status is the first to speak of it. */
const ofAttempt = (observed: PresentRun, { jobName, sessionId, startedAt }: Attempt): StatusPatch =>
  statusPatch({
    startedAt,
    sessionId,
    ...(observed.run.status.jobName === jobName && observed.run.status.startedAt !== undefined
      ? undefined
      : startedWith(observed, jobName)),
    jobName,
    configmapName: filesNameOf(observed, jobName)
  })

/** As its Job says; before that is there, as it is about to. */
const filesNameOf = ({ jobs, nonce, run: { status } }: PresentRun, jobName: string): string => {
  const job = jobs.find(({ name }) => name === jobName)
  if (job !== undefined) return job.files?.name ?? job.name
  return (status.jobName === jobName ? status.configmapName : undefined) ?? filesName(jobName, nonce)
}

/** What the spec said when the attempt started; a later edit is not what it works on, and where it works its Job says. */
const startedWith = ({ jobs, run, workspace }: PresentRun, jobName: string): StatusPatch => {
  const claim = jobs.find(({ name }) => name === jobName)?.claim ?? workspace?.claim
  const prompt = Result.isSuccess(run.spec) ? run.spec.success.promptModification : undefined
  return statusPatch({
    ...(claim === undefined ? {} : { workspace: claim }),
    ...(runKinds[run.kind].hasVersions
      ? {
        promptModification: prompt,
        promptVersion: run.promptDigest === undefined ? undefined : promptVersion(run),
        promptDigest: run.promptDigest,
        promptMode: "direct"
      }
      : {})
  })
}

/** What the end of an attempt adds. */
export type Ending = Verdict & {
  /** For a person: what to do next. */
  readonly advice?: string | undefined
  readonly attempt?: Attempt
  readonly evidence?: Evidence
}

/** Terminal, for this context version for ever. */
export const ended = (
  observed: PresentRun,
  { advice, attempt, evidence = {}, message: words, reason }: Ending
): ReadonlyArray<Action> => {
  const { config, now, run } = observed
  // A long report leaves room for what to do next.
  const message = advice === undefined ? words : `${sentence(printable(words, { max: 800 }))} ${advice}`
  const phase = outcomeOf(reason)
  const finishedAt = formatTime(now)
  return write(observed, {
    phase,
    reason,
    message,
    facts: [
      { type: "Ready", status: phase === "Succeeded" ? "True" : "False", reason, message },
      ...(findCondition(run.status.conditions, "Queued")?.status === "True"
        ? [{ type: "Queued", status: "False", reason, message: "The run has ended." } as const]
        : []),
      ...evidenceFacts(evidence, reason)
    ],
    ...(attempt === undefined ? {} : { attempt: closed(attempt, finishedAt, { reason, message: words }) }),
    fields: statusPatch({
      ...(attempt === undefined ? {} : ofAttempt(observed, attempt)),
      finishedAt,
      expiresAt: attempt === undefined ? undefined : expiry(now, phase, config.cleanup),
      resumesAt: undefined,
      ...whereTheWorkIs(evidence)
    })
  })
}

interface Closing {
  readonly reason: TerminalReason
  readonly message: string
}

/** The entry of an attempt that has ended. */
export const closed = (attempt: Attempt, finishedAt: string, { message, reason }: Closing): Attempt => {
  const outcome = outcomeOf(reason)
  return {
    ...attempt,
    finishedAt,
    outcome,
    reason,
    ...(outcome === "Succeeded" ? {} : { message: wordsOfAttempt(message) })
  }
}

const whereTheWorkIs = ({ delivery }: Evidence): StatusPatch =>
  statusPatch({
    ...(delivery?.headCommit === undefined ? {} : { branch: delivery.branch, headCommit: delivery.headCommit }),
    ...(delivery?.pullRequestUrl === undefined ? {} : { pullRequestUrl: delivery.pullRequestUrl })
  })

interface Pausing {
  readonly pause: Pause
  readonly message: string
  readonly attempt: Attempt
  readonly evidence: Evidence
}

/** Pending: the attempt has ended, and the next one starts by itself. */
export const paused = (
  observed: PresentRun,
  { attempt, evidence, message: why, pause: { reason, retryCount, until } }: Pausing
): ReadonlyArray<Action> => {
  const resumesAt = formatTime(until)
  const message = `${why} The run resumes at ${resumesAt}.`
  return write(observed, {
    phase: "Pending",
    reason,
    message,
    facts: [
      { type: "Ready", status: "False", reason, message },
      { type: "Progressing", status: "False", reason, message },
      ...evidenceFacts(evidence, reason)
    ],
    attempt: closed(attempt, formatTime(observed.now), { reason, message: why }),
    fields: statusPatch({
      ...notEnded,
      ...ofAttempt(observed, attempt),
      resumesAt,
      ...(retryCount === 0 ? {} : { retryCount }),
      ...whereTheWorkIs(evidence)
    })
  })
}

const write = (observed: PresentRun, change: Change): ReadonlyArray<Action> => {
  const { run } = observed
  const before: Fields = Object.keys(run.otherStatus).length === 0 ? run.status : { ...run.otherStatus, ...run.status }
  const next: Fields = nextFields(observed, change)
  return saysAll(before, next) ? [] : [Action.WriteStatus({ run, status: merged(before, next) })]
}

/** Whether a status says already what the next one names. */
const saysAll = (before: Fields, next: Fields): boolean => {
  for (const key in next) if (!sameJson(before[key], next[key])) return false
  return true
}

/** Characters of a message; several conditions repeat it, and the whole status has to stay small (see LiveRun). */
const longestMessage = 1024
const words = (message: string): string => printable(message, { max: longestMessage })
/** What Kubernetes wants of a condition's reason; that of an older version's status may be anything. */
const reasonWord = (reason: string): string => /^[A-Za-z](?:[\w,:]{0,254}\w)?$/.test(reason) ? reason : "Unknown"

/** The fields that a change sets or takes away. */
const nextFields = (observed: PresentRun, change: Change): StatusPatch => {
  const { run } = observed
  const { attempt, status: { attempts, conditions, contextVersion, lastUpdate, phase, reason, retryCount, usage } } =
    run
  const now = formatTime(observed.now)
  const isNew = contextVersion !== attempt.contextVersion
  const facts = isNew ? conditions?.filter(({ type }) => ofTheRun.has(type)) : conditions
  const moved = isNew || phase !== change.phase || reason !== change.reason
  const added = change.attempt === undefined ? undefined : endedNow(attempts, change.attempt)
  const message = words(change.message)
  return statusPatch({
    ...(isNew ? { ...ofFormerAttempt, ...change.fields } : change.fields),
    retryCount: change.fields?.retryCount ?? (isNew && retryCount !== undefined ? 0 : retryCount),
    cancelledVersion: run.cancelledVersion,
    attempts: change.attempt === undefined ? attempts : recordAttempt(attempts, change.attempt),
    usage: added === undefined ? usage : addUsage(usage, added),
    phase: change.phase,
    reason: change.reason,
    message,
    contextVersion: attempt.contextVersion,
    observedGeneration: run.generation,
    lastUpdate: moved ? now : lastUpdate ?? now,
    conditions: setConditions(
      facts ?? [],
      [
        ...change.facts.map((fact) => ({
          ...fact,
          message: fact.message === change.message ? message : words(fact.message)
        })),
        finishedFact(change)
      ],
      now
    )
  })
}

/**
 * What is still to be said of a run that has ended: that an edit was seen, which changes nothing until the next version; what became of its
 * pull request; and, where an older version ended it, that it has. From the object as the cluster has it; nothing to do when all is said.
 */
export const settled = (kind: KindName, object: CustomObject, now: DateTime.Utc): ReadonlyArray<Action> => {
  const run = runFacts(kind, object)
  if (!run.ended || !(run.lacksFinished || run.editedAfterEnd || run.hasUnsaidPullRequest)) return []
  const { conditions = [], reason } = readStatus(object.status ?? {})
  const pullRequest = pullRequestIn(object.metadata.annotations)
  const unsaid = pullRequest === undefined
    ? []
    : unsaidOf(pullRequest, { conditions, pullRequestUrl: object.status?.["pullRequestUrl"] })
  const { phase } = run
  const since = object.status?.["finishedAt"]
  const time = typeof since === "string" ? since : formatTime(now)
  const fact = finishedFact({ phase, reason: reasonWord(reason ?? phase) })
  const next = statusPatch({
    observedGeneration: run.generation,
    ...(pullRequest === undefined || unsaid.length === 0 ? {} : { pullRequestUrl: pullRequest.url }),
    conditions: setConditions(
      run.lacksFinished ? setConditions(conditions, [fact], time) : conditions,
      unsaid,
      formatTime(now)
    )
  })
  return [Action.SettleStatus({ kind, object: { ...object, status: { ...object.status, ...next } } })]
}

/** Becomes true with any outcome, and false again with the next version. */
const finishedFact = ({ phase, reason }: Pick<Change, "phase" | "reason">): ConditionFact =>
  isTerminal(phase)
    ? { type: "Finished", status: "True", reason, message: `The run has ended: ${phase}.` }
    : { type: "Finished", status: "False", reason: "InProgress", message: "The run has not ended." }

/** What the next one names, and what it does not name of the one before; undefined is neither. */
const merged = (before: Fields, next: Fields): Fields => {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(before)) {
    const value = Object.hasOwn(next, key) ? next[key] : before[key]
    if (value !== undefined) fields[key] = value
  }
  for (const key of Object.keys(next)) {
    if (next[key] !== undefined && fields[key] === undefined) fields[key] = next[key]
  }
  return fields
}

/** What is said of one attempt and not of the next; where the work is stays. */
const ofFormerAttempt: StatusPatch = {
  jobName: undefined,
  configmapName: undefined,
  startedAt: undefined,
  finishedAt: undefined,
  expiresAt: undefined,
  resumesAt: undefined,
  sessionId: undefined
}

/** Conditions that outlive an attempt; the others tell of one and are not the next one's. */
const ofTheRun: ReadonlySet<string> = new Set(["Ready", "Finished", "Queued"])

/** Usage of an attempt whose end is recorded for the first time. */
const endedNow = (history: ReadonlyArray<Attempt> | undefined, attempt: Attempt): Usage | undefined => {
  const before = history?.find(({ jobName }) => jobName === attempt.jobName)
  return before?.outcome === undefined ? attempt.usage : undefined
}
