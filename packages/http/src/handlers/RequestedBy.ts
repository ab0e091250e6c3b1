/** Who asked for a run, as its annotations say it. What they say is the API's own where the chart's admission policies are; see docs/guides/access.md. */
import { requestedByAnnotation, requestedByUidAnnotation } from "@orchestrator/domain/Labels"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import type { User } from "../contract/Access.ts"

export const requestedBy = ({ uid, username }: User): Readonly<Record<string, string>> => ({
  [requestedByAnnotation]: username,
  ...(uid === undefined || uid === "" ? {} : { [requestedByUidAnnotation]: uid })
})

/** In a merge patch: whoever asked before. */
export const nobody = { [requestedByAnnotation]: null, [requestedByUidAnnotation]: null }

export const isRequestedBy = ({ metadata: { annotations = {} } }: KubernetesObject, user: User): boolean => {
  const wanted = requestedBy(user)
  return annotations[requestedByAnnotation] === wanted[requestedByAnnotation] &&
    annotations[requestedByUidAnnotation] === wanted[requestedByUidAnnotation]
}
