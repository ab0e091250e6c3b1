/** What is rendered and looked at: each case says the values and what must be true of the objects. */
import {
  ledgerPermissions,
  namespacePermissions,
  type Permission,
  permissions,
  queuePermissions
} from "@orchestrator/cli/serve/Permissions"
import { configOf } from "./ConfigMaps.ts"
import { type Json, type JsonObject, valueIn } from "./Json.ts"
import { permissionWords, rulesOf, ruleWords } from "./Permissions.ts"
import { findManifest, idOf } from "./Rendered.ts"

export interface RenderCase {
  readonly name: string
  /** Of chart/test/values; absent: the defaults. */
  readonly file?: string
  readonly values?: JsonObject
  readonly args?: ReadonlyArray<string>
  /** Answers what is wrong, if anything. */
  readonly problem: (objects: ReadonlyArray<JsonObject>) => string | undefined
}

const ids = (objects: ReadonlyArray<JsonObject>) => objects.map(idOf)

const has = (...wanted: ReadonlyArray<string>) => (objects: ReadonlyArray<JsonObject>) => {
  const missing = wanted.filter((id) => !ids(objects).includes(id))
  return missing.length === 0 ? undefined : `lacks ${missing.join(", ")}`
}

/** `Kind/` for any object of the kind. */
const lacks = (...unwanted: ReadonlyArray<string>) => (objects: ReadonlyArray<JsonObject>) => {
  const there = ids(objects).filter((id) =>
    unwanted.some((each) => (each.endsWith("/") ? id.startsWith(each) : id === each))
  )
  return there.length === 0 ? undefined : `has ${there.join(", ")}`
}

const at = (id: string, keys: ReadonlyArray<string>, wanted: Json) => (objects: ReadonlyArray<JsonObject>) => {
  const found = valueIn(findManifest(objects, id), ...keys)
  return JSON.stringify(found) === JSON.stringify(wanted)
    ? undefined
    : `${id} ${keys.join(".")}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`
}

const all = (...checks: ReadonlyArray<RenderCase["problem"]>): RenderCase["problem"] => (objects) => {
  const found = checks.map((check) => check(objects)).filter((each) => each !== undefined)
  return found.length === 0 ? undefined : found.join("; ")
}

const configAt = (keys: ReadonlyArray<string>, wanted: Json) => (objects: ReadonlyArray<JsonObject>) => {
  const found = valueIn(configOf(objects), ...keys)
  return found === wanted
    ? undefined
    : `config.yaml ${keys.join(".")}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`
}

const pod = (...keys: ReadonlyArray<string>) => ["spec", "template", "spec", ...keys]
const container = (...keys: ReadonlyArray<string>) => pod("containers", "0", ...keys)
const deployment = "Deployment/orchestrator"

const grants = (wanted: ReadonlyArray<Permission>) => (objects: ReadonlyArray<JsonObject>) => {
  const granted = ruleWords(rulesOf(findManifest(objects, "Role/orchestrator")))
  const missing = [...permissionWords(wanted)].filter((word) => !granted.has(word))
  return missing.length === 0 ? undefined : `does not grant ${missing.join(", ")}`
}

const grantsAll = grants([...permissions, ...namespacePermissions("orchestrator")])

const ingress = (version: string, apiVersion: string): RenderCase => ({
  name: `Ingress on Kubernetes ${version}`,
  values: { ingress: { enabled: true } },
  args: ["--kube-version", version],
  problem: at("Ingress/orchestrator", ["apiVersion"], apiVersion)
})

const hasVariable = (name: string, value: Json) => (objects: ReadonlyArray<JsonObject>) => {
  const variables = valueIn(findManifest(objects, deployment), ...container("env"))
  const found = Array.isArray(variables) &&
    variables.some((each) => JSON.stringify(each) === JSON.stringify({ name, ...Object(value) }))
  return found ? undefined : `${deployment} lacks the variable ${name} with ${JSON.stringify(value)}`
}

export const cases: ReadonlyArray<RenderCase> = [
  {
    name: "telemetry of the orchestrator, with headers from a Secret",
    values: {
      telemetry: { orchestrator: { endpoint: "https://otlp.example.com", headersSecretName: "otlp", sampleRatio: 0.1 } }
    },
    problem: all(
      configAt(["telemetry", "orchestrator", "endpoint"], "https://otlp.example.com"),
      configAt(["telemetry", "orchestrator", "sampleRatio"], 0.1),
      hasVariable("OTEL_EXPORTER_OTLP_HEADERS", {
        valueFrom: { secretKeyRef: { name: "otlp", key: "OTEL_EXPORTER_OTLP_HEADERS" } }
      })
    )
  },
  {
    name: "a LocalQueue of Kueue, and what may be done there",
    values: { kueue: { queueName: "agents", localQueueFrom: "githubUser" } },
    problem: all(configAt(["kueue", "queueName"], "agents"), grants(queuePermissions))
  },
  {
    name: "budgets, and where what runs have cost is written down",
    values: { budgets: { daily: 200, monthlyPerGithubUser: 500 } },
    problem: all(
      configAt(["budgets", "daily"], 200),
      configAt(["budgets", "monthlyPerGithubUser"], 500),
      grants(ledgerPermissions)
    )
  },
  {
    name: "alerts are those of files/alerts.yaml, for this namespace, with the thresholds and runbooks of the values",
    values: {
      metrics: {
        prometheusRule: {
          enabled: true,
          thresholds: { OrchestratorSpendHigh: 200 },
          runbookUrl: "https://wiki.example.com/alerts/"
        }
      }
    },
    problem: (objects) => {
      const text = JSON.stringify(findManifest(objects, "PrometheusRule/orchestrator"))
      const wanted = [
        "orchestrator_spend_usd_total{namespace=\\\"orchestrator\\\"}[1h])) > 200\"",
        "up{namespace=\\\"orchestrator\\\", job=\\\"orchestrator-metrics\\\"}",
        "\"https://wiki.example.com/alerts/OrchestratorNoLeader.md\""
      ]
      return [
        ...wanted.filter((part) => !text.includes(part)).map((part) => `lacks ${part}`),
        ...["=~\\\".*", "docs/runbooks"].filter((part) => text.includes(part)).map((part) => `has ${part}`)
      ].join("; ") || undefined
    }
  },
  {
    name: "a quota on runs where the cluster knows them",
    args: ["--api-versions", "orchestrator.platform/v1"],
    problem: has("ResourceQuota/orchestrator-runs")
  },
  {
    name: "three shards",
    values: { shard: { count: 3 }, replicaCount: 2 },
    args: ["--kube-version", "1.37.0"],
    problem: all(
      has(
        deployment,
        "Deployment/orchestrator-1",
        "Deployment/orchestrator-2",
        "PodDisruptionBudget/orchestrator",
        "PodDisruptionBudget/orchestrator-1",
        "PodDisruptionBudget/orchestrator-2",
        "MutatingAdmissionPolicy/orchestrator-orchestrator-shard",
        "MutatingAdmissionPolicyBinding/orchestrator-orchestrator-shard"
      ),
      lacks("Deployment/orchestrator-3"),
      at(deployment, ["spec", "selector", "matchLabels"], {
        "app.kubernetes.io/name": "orchestrator",
        "app.kubernetes.io/instance": "orchestrator"
      }),
      at("Deployment/orchestrator-2", ["spec", "selector", "matchLabels", "orchestrator.platform/shard"], "2"),
      at(deployment, ["spec", "template", "metadata", "labels", "orchestrator.platform/shard"], "0"),
      at("PodDisruptionBudget/orchestrator", ["spec", "selector", "matchLabels", "orchestrator.platform/shard"], "0"),
      at("Deployment/orchestrator-1", ["spec", "replicas"], 2),
      configAt(["shard", "count"], 3)
    )
  },
  {
    name: "runs of other namespaces that are named, each with a Role",
    values: { watchNamespaces: ["team-b"], quota: { enabled: true } },
    args: ["--api-versions", "orchestrator.platform/v1"],
    problem: all(
      (objects) => {
        const places = ["Role", "RoleBinding", "NetworkPolicy", "ResourceQuota"].flatMap((kind) =>
          objects.some((object) => object["kind"] === kind && valueIn(object, "metadata", "namespace") === "team-b")
            ? []
            : [kind]
        )
        return places.length === 0 ? undefined : `team-b has no ${places.join(", ")}`
      },
      lacks("ClusterRole/orchestrator"),
      configAt(["watchNamespaces", "0"], "team-b")
    )
  },
  {
    name: "runs of every namespace, with a ClusterRole",
    values: { watchNamespaces: ["*"] },
    problem: all(has("ClusterRole/orchestrator", "ClusterRoleBinding/orchestrator"), lacks("Role/orchestrator"))
  },
  {
    name: "three shards where the cluster has no mutating policies",
    values: { shard: { count: 3 } },
    args: ["--kube-version", "1.34.0"],
    problem: all(has("Deployment/orchestrator-2"), lacks("MutatingAdmissionPolicy/"))
  },
  { name: "no quota on what has just been defined", problem: lacks("ResourceQuota/") },
  {
    name: "the defaults",
    problem: all(
      has(
        deployment,
        "Service/orchestrator",
        "Service/orchestrator-metrics",
        "ConfigMap/orchestrator-config",
        "ConfigMap/orchestrator-task-controller-config",
        "ConfigMap/orchestrator-claude-templates",
        "ServiceAccount/orchestrator",
        "Role/orchestrator",
        "RoleBinding/orchestrator",
        "Role/orchestrator-leader",
        "Role/orchestrator-api-key",
        "PodDisruptionBudget/orchestrator",
        "NetworkPolicy/orchestrator",
        "NetworkPolicy/orchestrator-agents",
        "Job/orchestrator-release-jobs",
        "Pod/orchestrator-test",
        "CustomResourceDefinition/coderuns.orchestrator.platform",
        "CustomResourceDefinition/docsruns.orchestrator.platform"
      ),
      lacks("Secret/", "Ingress/", "HorizontalPodAutoscaler/", "ClusterRole/orchestrator", "ServiceMonitor/")
    )
  },
  {
    name: "the values of the migration guide",
    file: "guide.yaml",
    problem: all(
      at("Secret/orchestrator-secrets", ["stringData"], {
        ANTHROPIC_API_KEY: "not-a-real-key",
        GITHUB_TOKEN: "not-a-real-token"
      }),
      at("Ingress/orchestrator", ["spec", "rules", "0", "http", "paths", "0", "path"], "/")
    )
  },
  {
    name: "the seed's values: its rules replace ours, and are enough",
    file: "seed.yaml",
    problem: all(
      at("Role/orchestrator", ["rules", "0", "verbs", "4"], "update"),
      grantsAll,
      at(deployment, container("image"), "ghcr.io/5dlabs/platform/orchestrator:latest")
    )
  },
  {
    name: "admission policies where the cluster has them",
    args: ["--kube-version", "1.30"],
    problem: has(
      ...["secrets", "more-secrets", "requester"].flatMap((name) =>
        ["", "Binding"].map((part) => `ValidatingAdmissionPolicy${part}/orchestrator-orchestrator-${name}`)
      )
    )
  },
  {
    name: "no admission policies before Kubernetes 1.30",
    args: ["--kube-version", "1.29"],
    problem: lacks("ValidatingAdmissionPolicy/", "ValidatingAdmissionPolicyBinding/")
  },
  {
    name: "no admission policies where they are not wanted",
    values: { admissionPolicy: { enabled: false } },
    args: ["--kube-version", "1.37"],
    problem: lacks("ValidatingAdmissionPolicy/", "ValidatingAdmissionPolicyBinding/")
  },
  {
    name: "use-existing makes no Secret and names the release's own",
    values: { secrets: { anthropicApiKey: "use-existing" } },
    problem: lacks("Secret/")
  },
  {
    name: "everything off",
    values: {
      serviceAccount: { create: false },
      rbac: { create: false },
      crds: { install: false },
      healthCheck: { enabled: false },
      podDisruptionBudget: { enabled: false },
      networkPolicy: { agent: { enabled: false }, controller: { enabled: false } },
      releaseJobs: { enabled: false }
    },
    problem: all(
      lacks(
        "ServiceAccount/",
        "Role/",
        "RoleBinding/",
        "ClusterRole/",
        "ClusterRoleBinding/",
        "CustomResourceDefinition/",
        "PodDisruptionBudget/",
        "NetworkPolicy/",
        "Job/"
      ),
      (objects) =>
        valueIn(findManifest(objects, deployment), ...container("livenessProbe")) === undefined
          ? undefined
          : "has probes"
    )
  },
  {
    name: "cluster-wide rules",
    values: { rbac: { namespaced: false } },
    problem: all(has("ClusterRole/orchestrator", "ClusterRoleBinding/orchestrator"), lacks("Role/orchestrator"))
  },
  {
    name: "an open API needs no reviews",
    values: { auth: { mode: "none" } },
    problem: lacks("ClusterRole/", "ClusterRoleBinding/")
  },
  {
    name: "a provider for people who sign in",
    values: { dashboard: { oidc: { issuer: "https://login.example.com", clientId: "orchestrator" } } },
    problem: all(
      configAt(["dashboard", "oidc", "issuer"], "https://login.example.com"),
      configAt(["dashboard", "oidc", "clientId"], "orchestrator"),
      configAt(["dashboard", "oidc", "token"], "id_token")
    )
  },
  {
    name: "runs in another namespace",
    values: { config: { kubernetesNamespace: "agents" }, secrets: { anthropicApiKey: "not-a-real-key" } },
    problem: all(
      at("Role/orchestrator", ["metadata", "namespace"], "agents"),
      at("RoleBinding/orchestrator", ["subjects", "0", "namespace"], "orchestrator"),
      at("Secret/orchestrator-secrets", ["metadata", "namespace"], "agents"),
      at("NetworkPolicy/orchestrator-agents", ["metadata", "namespace"], "agents"),
      at("Role/orchestrator-leader", ["metadata", "namespace"], "agents"),
      at("Role/orchestrator-api-key", ["metadata", "namespace"], "agents"),
      at("ConfigMap/orchestrator-config", ["data", "KUBERNETES_NAMESPACE"], "agents")
    )
  },
  {
    name: "autoscaling looks at CPU and memory, and leaves the replicas alone",
    values: { autoscaling: { enabled: true, targetMemoryUtilizationPercentage: 70 } },
    problem: all(
      at("HorizontalPodAutoscaler/orchestrator", ["spec", "metrics", "1", "resource", "name"], "memory"),
      (objects) =>
        valueIn(findManifest(objects, deployment), "spec", "replicas") === undefined ? undefined : "sets replicas"
    )
  },
  {
    name: "a digest is the image, of the orchestrator and of the runner",
    values: { image: { digest: `sha256:${"0".repeat(64)}` } },
    problem: at(deployment, container("image"), `ghcr.io/5dlabs/platform/orchestrator@sha256:${"0".repeat(64)}`)
  },
  {
    name: "the agents' image is the release's own, or the one that a digest names",
    values: { agent: { image: { digest: `sha256:${"1".repeat(64)}` } } },
    problem: all(
      configAt(["agent", "image", "digest"], `sha256:${"1".repeat(64)}`),
      configAt(["agent", "image", "tag"], "0.1.0")
    )
  },
  {
    name: "the port that the program listens on is the container's",
    values: { service: { targetPort: 9000 }, config: { serverPort: 9100 } },
    problem: all(
      at(deployment, container("ports", "0", "containerPort"), 9100),
      at("ConfigMap/orchestrator-config", ["data", "SERVER_PORT"], "9100")
    )
  },
  {
    name: "TLS is probed as such",
    values: { tls: { secretName: "serving" } },
    problem: at(deployment, container("readinessProbe", "httpGet", "scheme"), "HTTPS")
  },
  {
    name: "templates of one's own",
    values: { claudeTemplates: { "code_prompt.md.hbs": "Do {{task_id}}.\n" } },
    problem: at("ConfigMap/orchestrator-claude-templates", ["data", "code_prompt.md.hbs"], "Do {{task_id}}.\n")
  },
  {
    name: "text that looks like YAML stays text",
    values: {
      config: { rustLog: "a: b\n- \"c\" {{ .Values }}" },
      secrets: { anthropicApiKey: "x\"\n  evil: true" },
      podAnnotations: { note: "yes" }
    },
    problem: all(
      at("ConfigMap/orchestrator-config", ["data", "RUST_LOG"], "a: b\n- \"c\" {{ .Values }}"),
      at("Secret/orchestrator-secrets", ["stringData"], { ANTHROPIC_API_KEY: "x\"\n  evil: true" }),
      at(deployment, ["spec", "template", "metadata", "annotations", "note"], "yes")
    )
  },
  ingress("1.31.0", "networking.k8s.io/v1"),
  ingress("1.18.0", "networking.k8s.io/v1beta1"),
  ingress("1.13.0", "extensions/v1beta1"),
  {
    name: "production",
    file: "production.yaml",
    problem: has("ServiceMonitor/orchestrator", "PrometheusRule/orchestrator")
  }
]

/** Values of a wrong type, or that cannot be together, and the key that the refusal must name. */
export const refusals: ReadonlyArray<{ readonly values: JsonObject; readonly key: string }> = [
  { values: { replicaCount: "three" }, key: "replicaCount" },
  { values: { image: { pullPolicy: "Sometimes" } }, key: "pullPolicy" },
  { values: { agent: { image: { digest: "sha256:abc" } } }, key: "digest" },
  { values: { agent: { image: { digest: "latest" } } }, key: "digest" },
  { values: { cleanup: { enabled: "yes" } }, key: "enabled" },
  { values: { job: { activeDeadlineSeconds: 5 } }, key: "activeDeadlineSeconds" },
  { values: { tolerations: { key: "x" } }, key: "tolerations" },
  { values: { config: { serverPort: "http" } }, key: "serverPort" },
  { values: { git: { allowedProtocols: ["ftp"] } }, key: "allowedProtocols" },
  { values: { auth: { mode: "basic" } }, key: "mode" },
  { values: { dashboard: { oidc: { issuer: "http://login.example.com" } } }, key: "issuer" },
  { values: { podAnnotations: { a: 1 } }, key: "podAnnotations" },
  { values: { secrets: { anthropicApiKey: 12 } }, key: "anthropicApiKey" },
  { values: { config: { serverPort: 9090 } }, key: "metrics.port" },
  {
    values: { metrics: { prometheusRule: { enabled: true, thresholds: { OrchestratorSpend: 5 } } } },
    key: "thresholds.OrchestratorSpend"
  },
  {
    values: { metrics: { prometheusRule: { enabled: true, thresholds: { OrchestratorDown: 5 } } } },
    key: "thresholds.OrchestratorDown"
  }
]
