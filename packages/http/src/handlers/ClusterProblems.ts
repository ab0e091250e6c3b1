/**
 * What a refusal of the cluster means to the client of this API: one exhaustive mapping for each kind of request. Reasons that a
 * request cannot raise by itself say that the installation is at fault.
 */
import type { KubernetesError, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import { Match } from "effect"
import {
  ClusterError,
  ClusterForbids,
  ClusterUnavailable,
  InvalidBody,
  InvalidRequest,
  NameTaken,
  PageExpired,
  RunChanged,
  RunNotFound,
  usualWaitSeconds
} from "../contract/Problem.ts"

export type ClusterProblem = ClusterForbids | ClusterUnavailable | ClusterError

const forbids = (error: KubernetesError) => () =>
  new ClusterForbids({
    detail: error.message,
    hint: error.reason.message.includes("exceeded quota")
      ? "The namespace's ResourceQuota is used up: delete finished runs, or raise it (quota in the chart's values)"
      : "The orchestrator's service account lacks a permission, or an admission policy denies the request: ask the cluster's administrator"
  })

const unexpected = (error: KubernetesError) => () =>
  new ClusterError({
    detail: error.message,
    hint: "Check that the CRDs are installed in the orchestrator's version, and that its namespace exists"
  })

const unavailable = (error: KubernetesError) => (reason: { readonly retryAfterSeconds?: number }) =>
  new ClusterUnavailable({
    detail: error.message,
    hint: "Retry later; with an Idempotency-Key it is safe to retry a creation",
    retryAfterSeconds: reason.retryAfterSeconds ?? usualWaitSeconds
  })

/** Reasons that mean the same for every request. */
const common = (error: KubernetesError) => ({
  Forbidden: forbids(error),
  Unauthorized: unexpected(error),
  MethodNotAllowed: unexpected(error),
  Refused: unexpected(error),
  Malformed: unexpected(error),
  TooManyRequests: unavailable(error),
  ServerError: unavailable(error),
  Unreachable: () => unavailable(error)({})
})

const noSuchRun = (kind: string, name: string) => () =>
  new RunNotFound({
    detail: `There is no ${kind} named ${JSON.stringify(name)}`,
    hint: "List the runs to see what exists; a deleted run leaves no record"
  })

const noSuchPage = ({ message }: { readonly message: string }) =>
  new PageExpired({ detail: message, hint: "Start again from the first page, without `continue`" })

/** `continue`, as no page of the list gave it. */
export const invalidToken = (found: string) =>
  new InvalidRequest({
    detail:
      "continue: expected the `continue` of a page of this list, asked for with the same filters and the same sort",
    hint: "Send `continue` as it was answered, with the parameters of the first page; or start again without it",
    errors: [{
      path: "continue",
      expected: "the `continue` of a page of this list",
      found: JSON.stringify(found.slice(0, 60))
    }]
  })

type Invalid = Extract<KubernetesErrorReason, { readonly _tag: "Invalid" }>

const invalid = (reason: Invalid) =>
  new InvalidBody({
    detail: reason.message,
    hint: "Correct the fields and send the request again",
    errors: reason.causes.map(({ field, message }) => ({ path: field, expected: message, found: "what was sent" }))
  })

/** get and delete of a run, and reads of what belongs to it. */
export const readProblem = (kind: string, name: string) => (error: KubernetesError): RunNotFound | ClusterProblem =>
  Match.value(error.reason).pipe(Match.tagsExhaustive({
    ...common(error),
    NotFound: noSuchRun(kind, name),
    AlreadyExists: unexpected(error),
    Conflict: unexpected(error),
    Gone: unexpected(error),
    Invalid: unexpected(error),
    BadRequest: unexpected(error)
  }))

/** Reads of everything there is, part after part: what has expired under way, or is refused, is nothing that the caller asked for. */
export const wholeProblem = (error: KubernetesError): ClusterProblem =>
  Match.value(error.reason).pipe(Match.tagsExhaustive({
    ...common(error),
    Gone: () => unavailable(error)({}),
    BadRequest: unexpected(error),
    NotFound: unexpected(error),
    AlreadyExists: unexpected(error),
    Conflict: unexpected(error),
    Invalid: unexpected(error)
  }))

/** The only part of a list's request that a cluster can find bad is the `continue` that it gave; without one it has expired under way. */
export const listProblem =
  (next: string | undefined) => (error: KubernetesError): PageExpired | InvalidRequest | ClusterProblem =>
    Match.value(error.reason).pipe(Match.tagsExhaustive({
      ...common(error),
      Gone: noSuchPage,
      BadRequest: next === undefined ? unexpected(error) : () => invalidToken(next),
      NotFound: unexpected(error),
      AlreadyExists: unexpected(error),
      Conflict: unexpected(error),
      Invalid: unexpected(error)
    }))

export const createProblem =
  (kind: string, name: string) => (error: KubernetesError): NameTaken | InvalidBody | ClusterProblem =>
    Match.value(error.reason).pipe(Match.tagsExhaustive({
      ...common(error),
      AlreadyExists: () =>
        new NameTaken({
          detail: `There is already a ${kind} named ${JSON.stringify(name)}, created by another request`,
          hint: "Omit the name, choose another one, or delete that run first"
        }),
      Invalid: invalid,
      BadRequest: ({ message }) =>
        new InvalidBody({ detail: message, hint: "Correct the fields and send the request again", errors: [] }),
      NotFound: unexpected(error),
      Conflict: unexpected(error),
      Gone: unexpected(error)
    }))

/** A body is checked before it gets here: what the cluster still finds invalid is what it has stored. */
export const updateProblem =
  (kind: string, name: string) => (error: KubernetesError): RunNotFound | RunChanged | ClusterProblem =>
    Match.value(error.reason).pipe(Match.tagsExhaustive({
      ...common(error),
      NotFound: noSuchRun(kind, name),
      Conflict: ({ message }) =>
        new RunChanged({ detail: message, hint: "Read the run again, and retry if the change is still needed" }),
      Invalid: unexpected(error),
      AlreadyExists: unexpected(error),
      Gone: unexpected(error),
      BadRequest: unexpected(error)
    }))
