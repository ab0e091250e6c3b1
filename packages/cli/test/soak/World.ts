/** The cluster of a soak: namespaces with the runs of their services, what the replicas and a program of their users may do there. */
import { NamespaceKind, SecretKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { plantedSecret } from "../chaos/AuditEvent.ts"
import { kubectl } from "../cluster/ControlPlane.ts"
import { allowEverywhere, user } from "../cluster/Rights.ts"
import { makeSite, type Site } from "../cluster/World.ts"

const config = {
  agent: { terminationGracePeriodSeconds: 5 },
  leaderElection: { enabled: true },
  retry: { infrastructure: 2 }
}

const account = "submitter"

/** Who may submit runs, change them, and use the Secrets that they name. */
const submitter = (namespace: string) => ({
  apiVersion: "v1",
  kind: "List",
  items: [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: account, namespace } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: account },
      rules: [
        {
          apiGroups: ["orchestrator.platform"],
          resources: ["coderuns", "docsruns"],
          verbs: ["create", "get", "list", "patch", "delete"]
        },
        { apiGroups: [""], resources: ["secrets"], verbs: ["use"] }
      ]
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: account },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: account },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }]
    }
  ]
})

const secrets = [["orchestrator-secrets", "ANTHROPIC_API_KEY"], ["github-token-ada", "token"]] as const

/** The first site is the installation's own; each has a namespace. */
export const makeWorld = Effect.fnUntraced(function*(namespaces: number, replicas: number, more: object) {
  const client = yield* KubernetesClient
  const home = yield* makeSite("soak", { ...config, ...more }, replicas)
  const names = [
    home.namespace,
    ...Array.from({ length: namespaces - 1 }, (_, index) => `${home.namespace}-${index + 1}`)
  ]
  const settings = JSON.parse(readFileSync(home.config, "utf8"))
  // One stream of each kind for all of them.
  writeFileSync(home.config, JSON.stringify({ ...settings, watchNamespaces: ["*"] }))
  yield* allowEverywhere(home.namespace, home.users.map(({ name }) => user(name)))
  yield* Effect.forEach(
    names.slice(1),
    (namespace) => client.create(NamespaceKind, { metadata: { name: namespace } }),
    { concurrency: 4, discard: true }
  )
  yield* Effect.forEach(
    names,
    (namespace) =>
      Effect.forEach(
        secrets,
        ([name, key]) =>
          client.create(SecretKind, { metadata: { name, namespace }, data: { [key]: btoa(plantedSecret) } })
      ),
    {
      discard: true
    }
  )
  // Reviews of tokens and of what their owners may do.
  const replicaUsers = home.users.map(({ name }) => `--user=${name}`)
  kubectl(["create", "clusterrolebinding", "soak-reviews", "--clusterrole=system:auth-delegator", ...replicaUsers])
  kubectl(["apply", "-f", "-"], JSON.stringify(submitter(home.namespace)))
  const token = kubectl(["create", "token", account, "-n", home.namespace, "--duration=24h"]).trim()
  return { home, token, sites: names.map((namespace): Site => ({ ...home, namespace })) }
})
