/** Reviews go through admission like any object and are answered instead of stored. */
import { TokenReviewKind } from "@orchestrator/k8s/Kinds"
import type { WriteOptions } from "@orchestrator/k8s/KubernetesClient"
import type { SubjectAccessReview, TokenReview } from "@orchestrator/k8s/Objects"
import { Result } from "effect"
import { decodeDraft } from "../admission/Decode.ts"
import { resourceKey } from "../kinds/ServedKinds.ts"
import { invalid } from "../objects/Refusal.ts"
import { type Draft, draftOf, viewAs } from "../objects/StoredObject.ts"
import type { Reviews } from "./Reviews.ts"
import type { PlannedWrite, WriteContext } from "./WritePlan.ts"

export const decideReview = (
  context: WriteContext,
  reviews: Reviews,
  input: Draft,
  options: WriteOptions
): PlannedWrite =>
  Result.flatMap(decodeDraft(context.served, input, options.fieldValidation), ({ causes, draft }) => {
    const { kind, resource } = context.served
    if (causes.length > 0) return Result.fail(invalid(kind, "", causes))
    const answer = resource === resourceKey(TokenReviewKind)
      ? reviews.reviewToken(viewAs<TokenReview>(draft))
      : reviews.reviewAccess(viewAs<SubjectAccessReview>(draft))
    const metadata = { name: "", uid: "", resourceVersion: "", creationTimestamp: context.now, ...answer.metadata }
    return Result.succeed({ object: { ...draftOf(answer), metadata }, changes: [] })
  })
