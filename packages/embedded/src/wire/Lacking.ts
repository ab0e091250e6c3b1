/** What a real API server has of the kinds that are served and this one has not, with the words of its refusal. docs/guides/local-cluster.md lists it. */
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { ServedKind } from "../kinds/ServedKinds.ts"

/** By `group/plural` and subresource. */
export const lacking: Readonly<Record<string, string>> = {
  "/serviceaccounts/token": "issues no tokens: it knows one person, whose token is in the kubeconfig",
  "/pods/exec": "runs nothing in containers from outside: their files are in the state folder",
  "/pods/attach": "attaches to no containers: kubectl logs -f shows what they print",
  "/pods/portforward": "forwards no ports: containers listen on this machine's loopback",
  "/pods/eviction": "takes no evictions: delete the pod",
  "/pods/binding": "binds pods by its own scheduler",
  "/pods/ephemeralcontainers": "adds no containers to a pod",
  "/pods/resize": "resizes no pods"
}

export const lackingReason = ({ resource }: ServedKind, subresource: string): KubernetesErrorReason | undefined => {
  const key = `${resource}/${subresource}`
  const words = Object.hasOwn(lacking, key) ? lacking[key] : undefined
  return words === undefined ? undefined : { _tag: "MethodNotAllowed", message: `the local cluster ${words}` }
}
