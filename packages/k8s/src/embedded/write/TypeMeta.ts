/** apiVersion and kind of what is written: filled in when absent, refused when they are another kind's. */
import { Result } from "effect"
import { apiVersionOf, type Kind } from "../../Kinds.ts"
import type { KubernetesErrorReason } from "../../KubernetesError.ts"
import { badRequest } from "../Refusal.ts"
import type { Draft } from "../store/StoredObject.ts"

export const typed = (kind: Kind, draft: Draft): Result.Result<Draft, KubernetesErrorReason> => {
  const apiVersion = apiVersionOf(kind)
  if ((draft.apiVersion ?? apiVersion) !== apiVersion || (draft.kind ?? kind.kind) !== kind.kind) {
    const found = `${draft.apiVersion}, Kind=${draft.kind}`
    const wanted = `${apiVersion}, Kind=${kind.kind}`
    return Result.fail(badRequest(`the object provided is unrecognized: expected ${wanted}, found ${found}`))
  }
  return Result.succeed({ apiVersion, kind: kind.kind, ...draft })
}
