/** A user of the cluster: a service account that may do everything, as the product has one in a cluster, with its own kubeconfig. */
import { type Kind, ServiceAccountKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Plane } from "./Plane.ts"

export interface User {
  /** As the audit log names it. */
  readonly name: string
  readonly kubeconfig: string
}

interface ClusterRoleBinding extends KubernetesObject {
  readonly roleRef: object
  readonly subjects: ReadonlyArray<object>
}

const ClusterRoleBindingKind: Kind<ClusterRoleBinding> = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  singular: "clusterrolebinding",
  shortNames: [],
  categories: [],
  namespaced: false,
  hasStatus: false,
  hasGeneration: false,
  createOnly: false
}

const bindingOf = (namespace: string, name: string): ClusterRoleBinding => ({
  metadata: { name: `${namespace}-${name}` },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ kind: "ServiceAccount", name, namespace }]
})

const tokenOf = ({ folder, kubeconfig }: Plane, namespace: string, name: string): string => {
  const assets = /KUBEBUILDER_ASSETS=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8"))?.[1] ?? ""
  const args = ["--kubeconfig", kubeconfig, "-n", namespace, "create", "token", name, "--duration", "24h"]
  return execFileSync(join(assets, "kubectl"), args, { encoding: "utf8" }).trim()
}

/** A kubeconfig; JSON is YAML. */
const kubeconfigOf = (server: string, authority: string, token: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bench",
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    clusters: [{ name: "bench", cluster: { server, "certificate-authority": authority } }],
    users: [{ name: "bench", user: { token } }]
  })

export const makeUser = Effect.fnUntraced(function*(plane: Plane, namespace: string, name: string) {
  const client = yield* KubernetesClient
  yield* client.create(ServiceAccountKind, { metadata: { name, namespace } })
  yield* client.create(ClusterRoleBindingKind, bindingOf(namespace, name))
  const token = tokenOf(plane, namespace, name)
  const kubeconfig = join(mkdtempSync(join(plane.folder, "user-")), "kubeconfig")
  writeFileSync(kubeconfig, kubeconfigOf(plane.server, join(plane.folder, "pki/ca.crt"), token), { mode: 0o600 })
  return { name: `system:serviceaccount:${namespace}:${name}`, kubeconfig } satisfies User
})

/** The same user by another way to the server. */
export const through = (user: User, plane: Plane, server: string): User => {
  const kubeconfig = `${user.kubeconfig}-through`
  writeFileSync(kubeconfig, readFileSync(user.kubeconfig, "utf8").replace(plane.server, server), { mode: 0o600 })
  return { ...user, kubeconfig }
}
