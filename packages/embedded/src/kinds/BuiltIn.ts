/** The description of every built-in kind by its key, `group/plural`. */
import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import { claim, configMap, event, lease, namespace, node, secret, serviceAccount } from "./Core.ts"
import { customResourceDefinition, subjectAccessReview, tokenReview } from "./Extensions.ts"
import { job } from "./Job.ts"
import { pod } from "./Pod.ts"

export const builtInSchemas: Readonly<Record<string, StructuralSchema>> = {
  "/configmaps": configMap,
  "/events": event,
  "/namespaces": namespace,
  "/nodes": node,
  "/persistentvolumeclaims": claim,
  "/pods": pod,
  "/secrets": secret,
  "/serviceaccounts": serviceAccount,
  "batch/jobs": job,
  "coordination.k8s.io/leases": lease,
  "apiextensions.k8s.io/customresourcedefinitions": customResourceDefinition,
  "authentication.k8s.io/tokenreviews": tokenReview,
  "authorization.k8s.io/subjectaccessreviews": subjectAccessReview
}
