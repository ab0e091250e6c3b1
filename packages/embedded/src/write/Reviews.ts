/**
 * TokenReview and SubjectAccessReview: answered from the users that were registered, never stored. Nobody is known by default; a known
 * user may do everything unless its access says otherwise.
 */
import type { SubjectAccessReview, TokenReview } from "@orchestrator/k8s/Objects"
import { createHash } from "node:crypto"

export interface KnownUser {
  readonly username: string
  readonly uid?: string
  readonly groups?: ReadonlyArray<string>
  /** Absent: everything. */
  readonly allows?: (asked: NonNullable<SubjectAccessReview["spec"]["resourceAttributes"]>) => boolean
}

export interface Reviews {
  readonly register: (token: string, user: KnownUser) => void
  readonly reviewToken: (review: TokenReview) => TokenReview
  readonly reviewAccess: (review: SubjectAccessReview) => SubjectAccessReview
}

/** Looked up by digest, so that how long it takes says nothing of a token. */
const digest = (token: string): string => createHash("sha256").update(token).digest("hex")

export const makeReviews = (): Reviews => {
  const users = new Map<string, KnownUser>()
  return {
    register: (token, user) => void users.set(digest(token), user),
    reviewToken: (review) => {
      const user = users.get(digest(review.spec.token))
      return {
        ...review,
        status: user === undefined ? { authenticated: false } : authenticated(user, review.spec.audiences)
      }
    },
    reviewAccess: (review) => {
      const user = [...users.values()].find(({ username }) => username === review.spec.user)
      const asked = review.spec.resourceAttributes ?? {}
      return { ...review, status: { allowed: user !== undefined && (user.allows?.(asked) ?? true) } }
    }
  }
}

const authenticated = ({ groups = [], uid, username }: KnownUser, audiences: ReadonlyArray<string> | undefined) => ({
  authenticated: true,
  user: { username, groups: [...groups, "system:authenticated"], ...(uid === undefined ? {} : { uid }) },
  ...(audiences === undefined ? {} : { audiences })
})
