/** Values that differ from every default, to see that each reaches config.yaml. Pure. */
import { isObject, type Json, type JsonObject, withValue } from "./Json.ts"
import { configValues } from "./ValuesDocuments.ts"
import type { Value } from "./ValuesFile.ts"

/** Where any other value would not do. */
const samples: Readonly<Record<string, Json>> = {
  imagePullSecrets: [{ name: "sample" }],
  "image.digest": "",
  "agent.image.digest": `sha256:${"a1".repeat(32)}`,
  "agent.tolerations": [{ key: "sample", operator: "Exists" }],
  "agent.broker.caCertificates": "-----BEGIN CERTIFICATE-----\nc2FtcGxl\n-----END CERTIFICATE-----\n",
  // A provider's tokens are for its client.
  "auth.mode": "kubernetes",
  "auth.audiences": ["sample"],
  "dashboard.oidc.issuer": "https://login.example.com/sample",
  "dashboard.oidc.clientId": "sample",
  "dashboard.oidc.scopes": ["openid", "sample"],
  "dashboard.oidc.origins": ["https://tokens.example.com"],
  "storage.workspaceSize": "77Gi",
  "agent.volumes.workspace": "71Gi",
  "agent.volumes.tmp": "72Gi",
  "agent.volumes.broker": "73Gi",
  "agent.allowedImages": ["ghcr.io/sample/*"],
  "kueue.queueName": "sample-queue",
  "telemetry.orchestrator.endpoint": "http://collector.example.com:4318",
  "telemetry.orchestrator.sampleRatio": 0.5,
  "kueue.priorityClasses": { high: "sample-class" },
  quietHours: [{ timezone: "Europe/Berlin", days: ["Mon"], from: "22:00", to: "06:00" }],
  "budgets.daily": 77_771,
  "budgets.monthly": 77_772,
  "budgets.dailyPerGithubUser": 77_773,
  "budgets.monthlyPerGithubUser": 77_774,
  "budgets.dailyPerService": 77_775,
  "budgets.monthlyPerService": 77_776,
  "limits.maxPriorityOfGithubUser": { ada: "low" },
  "limits.maxResources": { cpu: "9" },
  profiles: { sample: { image: "ghcr.io/other/sample:1", resources: { limits: { cpu: "9" } }, maxTurns: 7 } },
  "events.secretName": "sample-events",
  notifications: [{ name: "sample", url: "https://hooks.example.com/sample" }],
  triggers: [{
    name: "sample",
    label: "agent",
    repositories: ["https://github.com/acme/api"],
    run: { service: "api", githubUser: "ada" }
  }],
  // Signing needs it.
  "agent.credentials": "broker",
  "git.signing.secretName": "signing-{githubUser}",
  "model.baseUrl": "https://models.example.com",
  // A host has one API.
  "forge.giteaHosts": { "git.example.com": "" },
  "forge.hosts": { "gitlab.example.com": { kind: "gitlab" } },
  "github.app.id": "12345",
  "github.app.host": "ghe.example.com",
  "github.app.secretName": "app-key",
  "forge.taskUrl": "https://tasks.example.com/{taskId}",
  "evidence.bucket.endpoint": "https://s3.example.com",
  "evidence.bucket.writerSecret": "evidence-writer",
  "evidence.volume.claimName": "evidence",
  "model.prices": { sample: { input: 1, output: 2 } },
  "model.providers": { sample: { baseUrl: "https://gateway.example.com", apis: ["chat"], models: ["sample-"] } },
  "leaderElection.leaseSeconds": 60,
  // Shards need it.
  "leaderElection.enabled": true,
  "shard.count": 3,
  watchNamespaces: ["sample"],
  "config.serverPort": "8123",
  "server.basePath": "/sample"
}

/** Of the other agents' images. */
const digest = `sha256:${"b2".repeat(32)}`

/** The last allowed word that is not the default. */
const otherWord = (words: Json | undefined, value: Json): Json | undefined =>
  Array.isArray(words) ? words.findLast((word) => word !== value) : undefined

const sampleOf = ({ default: value, key, path, schema }: Value): Json => {
  const known = samples[path] ?? (/^agent\.images\.\w+\.digest$/.test(path) ? digest : undefined) ??
    otherWord(schema["enum"], value)
  if (known !== undefined) return known
  if (Array.isArray(value)) {
    return [otherWord(isObject(schema["items"]) ? schema["items"]["enum"] : undefined, value) ?? `sample-${key}`]
  }
  if (typeof value === "boolean") return !value
  if (typeof value === "number") return value + 7
  return typeof value === "string" ? `sample-${key}` : { sample: "true" }
}

/** Values that set each key of config.yaml differently from its default. */
export const sampleConfigValues = (values: ReadonlyArray<Value>): JsonObject =>
  configValues(values).reduce<JsonObject>((tree, value) => withValue(tree, value.path, sampleOf(value)), {})
