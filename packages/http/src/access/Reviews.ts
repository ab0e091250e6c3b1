/**
 * Questions to the cluster, one request each: whose token is this, and may its owner do that. An answer that does not come, or is not
 * understood, is no answer: it never allows anything. Reviews carry tokens, so nothing that the cluster says of one is repeated.
 */
import { SubjectAccessReviewKind, TokenReviewKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { SubjectAccessReview, TokenReview } from "@orchestrator/k8s/Objects"
import { Duration, Effect, Redacted } from "effect"
import type { Permission, User } from "../contract/Access.ts"
import { AccessUnknown, usualWaitSeconds } from "../contract/Problem.ts"
import { attributesOf } from "./Permissions.ts"

type Client = KubernetesClient["Service"]

/** How long an answer may take. Two of them one after the other are younger than any decision that is remembered. */
const reviewTimeout = Duration.seconds(4)

const hints: Partial<Record<KubernetesErrorReason["_tag"], string>> = {
  Forbidden:
    "The orchestrator's service account cannot create access reviews. Grant it: kubectl create clusterrolebinding orchestrator-auth "
    + "--clusterrole=system:auth-delegator --serviceaccount=NAMESPACE:NAME",
  Unauthorized: "The cluster rejected the orchestrator's own token. Check its log and restart it"
}

const unknown = (what: string, why: string, reason: KubernetesErrorReason | undefined) =>
  new AccessUnknown({
    detail: `The cluster did not answer a ${what}: ${why}`,
    hint: (reason === undefined ? undefined : hints[reason._tag]) ?? "Retry later",
    retryAfterSeconds: (reason !== undefined && "retryAfterSeconds" in reason ? reason.retryAfterSeconds : undefined) ??
      usualWaitSeconds
  })

const asked = <A>(what: string, review: Effect.Effect<A, KubernetesError>): Effect.Effect<A, AccessUnknown> =>
  review.pipe(
    Effect.mapError(({ reason }) => unknown(what, reason._tag, reason)),
    Effect.timeoutOrElse({
      duration: reviewTimeout,
      orElse: () => Effect.fail(unknown(what, `no answer within ${Duration.format(reviewTimeout)}`, undefined))
    }),
    Effect.tapError(({ detail }) => Effect.logWarning("An access review failed", detail)),
    Effect.withSpan(what)
  )

/** A server that knows nothing of audiences answers without them: then the token was not meant for us. */
const meantForUs = (asked: ReadonlyArray<string>, answered: ReadonlyArray<string> = []): boolean =>
  asked.length === 0 || answered.some((audience) => asked.includes(audience))

const userOf = ({ status }: TokenReview, audiences: ReadonlyArray<string>): User | undefined => {
  const { username, ...rest } = status?.user ?? {}
  return status?.authenticated === true && username !== undefined && username !== "" &&
      meantForUs(audiences, status.audiences)
    ? { username, ...rest }
    : undefined
}

/** The owner of a token; undefined when the cluster does not accept it. */
export const reviewToken = (client: Client, audiences: ReadonlyArray<string>, token: Redacted.Redacted) =>
  asked(
    "TokenReview",
    client.create(TokenReviewKind, {
      metadata: {},
      spec: { token: Redacted.value(token), ...(audiences.length === 0 ? {} : { audiences }) }
    })
  ).pipe(Effect.map((review) => userOf(review, audiences)))

const isAllowed = ({ status }: SubjectAccessReview): boolean => status?.allowed === true && status.denied !== true

export const reviewAccess = (
  client: Client,
  { extra, groups, uid, username }: User,
  permission: Permission,
  namespace: string
) =>
  asked(
    "SubjectAccessReview",
    client.create(SubjectAccessReviewKind, {
      metadata: {},
      spec: {
        user: username,
        ...(uid === undefined ? {} : { uid }),
        ...(groups === undefined ? {} : { groups }),
        ...(extra === undefined ? {} : { extra }),
        resourceAttributes: attributesOf(permission, namespace)
      }
    })
  ).pipe(Effect.map(isAllowed))
