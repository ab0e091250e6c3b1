/** What an API server says of itself that the start depends on: four questions that every authenticated user may ask. */
import { hasBudgets } from "@orchestrator/domain/Budgets"
import { usesKueue } from "@orchestrator/domain/Kueue"
import { everyNamespace, watchedNamespaces } from "@orchestrator/domain/Namespaces"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { KubernetesError } from "@orchestrator/k8s/KubernetesError"
import { Effect, Schema } from "effect"
import {
  attributesOf,
  leasePermissions,
  ledgerPermissions,
  type Permission,
  permissions,
  queuePermissions,
  reviewPermissions,
  type Verb
} from "./Permissions.ts"
import { type ClusterFacts, type Definition, type Denied, type FieldSchema, notGranted } from "./StartChecks.ts"

const Version = Schema.Struct({ major: Schema.String, minor: Schema.String, gitVersion: Schema.String })

const OpenApi = Schema.Struct({
  components: Schema.Struct({ schemas: Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Unknown)) })
})

const texts = Schema.optionalKey(Schema.Array(Schema.String))

const RulesReview = Schema.Struct({
  status: Schema.Struct({
    resourceRules: Schema.Array(
      Schema.Struct({ verbs: Schema.Array(Schema.String), apiGroups: texts, resources: texts, resourceNames: texts })
    )
  })
})

const AccessReview = Schema.Struct({ status: Schema.Struct({ allowed: Schema.Boolean }) })

const gvk = "x-kubernetes-group-version-kind"
const group = "/apis/orchestrator.platform/v1"
const reviews = "/apis/authorization.k8s.io/v1"

/** An answer that has another shape is trouble of the server's. */
const decoded = <A>(schema: Schema.Decoder<A>, path: string) => (answer: unknown) =>
  Schema.decodeUnknownEffect(schema)(answer).pipe(
    Effect.mapError((error) =>
      new KubernetesError({ operation: "get", ref: path, reason: { _tag: "Malformed", message: error.message } })
    )
  )

const document = Effect.fnUntraced(function*<A>(schema: Schema.Decoder<A>, path: string) {
  const server = yield* ApiServer
  return yield* Effect.flatMap(server.document(path), decoded(schema, path))
})

const ask = Effect.fnUntraced(function*<A>(schema: Schema.Decoder<A>, name: string, spec: object) {
  const server = yield* ApiServer
  const path = `${reviews}/${name.toLowerCase()}s`
  const answer = yield* server.ask(path, { apiVersion: "authorization.k8s.io/v1", kind: name, spec })
  return yield* decoded(schema, path)(answer)
})

const orElse =
  <A>(...values: ReadonlyArray<readonly ["NotFound" | "Forbidden", A]>) =>
  <B, R>(self: Effect.Effect<B, KubernetesError, R>) =>
    Effect.catch(self, (error): Effect.Effect<A | B, KubernetesError> => {
      const value = values.find(([tag]) => tag === error.reason._tag)
      return value === undefined ? Effect.fail(error) : Effect.succeed(value[1])
    })

/** The kinds as the server's OpenAPI has them. Loaded when asked: nothing else in `serve` needs the definitions. */
const installedDefinitions = Effect.gen(function*() {
  const { definitions } = yield* Effect.promise(() => import("@orchestrator/domain/kinds/Definitions"))
  const known = yield* document(Schema.Unknown, group).pipe(
    Effect.as(true),
    orElse(["NotFound", false], ["Forbidden", true])
  )
  const api = known
    ? yield* document(OpenApi, `/openapi/v3${group}`).pipe(orElse(["NotFound", undefined], ["Forbidden", undefined]))
    : undefined
  const schemas = Object.values(api?.components.schemas ?? {})
  return definitions.map(({ spec }): Definition => {
    const { kind } = spec.names
    const expected: FieldSchema = spec.versions[0]?.schema.openAPIV3Schema ?? {}
    const found = schemas.find((schema) => JSON.stringify(schema[gvk])?.includes(`"kind":"${kind}"`))
    return { kind, expected, found: known && api === undefined ? "unknown" : found ?? "missing" }
  })
})

/** The rules that the server names may lack what a webhook would allow: those are asked for one by one. */
const denied = Effect.fnUntraced(function*(namespace: string, wanted: ReadonlyArray<Permission>) {
  const { status } = yield* ask(RulesReview, "SelfSubjectRulesReview", { namespace })
  return yield* Effect.forEach(notGranted(wanted, status.resourceRules), ({ permission, verbs }) => {
    const allowed = (verb: Verb) => {
      const resourceAttributes = attributesOf(permission, verb, namespace)
      return Effect.map(ask(AccessReview, "SelfSubjectAccessReview", { resourceAttributes }), (it) => it.status.allowed)
    }
    return Effect.map(
      Effect.filter(verbs, (verb) => Effect.map(allowed(verb), (may) => !may)),
      (verbs): Denied => ({ permission, verbs })
    )
  }).pipe(Effect.map((all) => all.filter(({ verbs }) => verbs.length > 0)))
})

const forRuns = permissions.filter(({ subresource }) => subresource !== "finalizers")

const wanted = ({ auth, budgets, kueue, leaderElection, shard }: OrchestratorConfig): ReadonlyArray<Permission> => [
  ...forRuns,
  ...(usesKueue(kueue) ? queuePermissions : []),
  ...(hasBudgets(budgets) ? ledgerPermissions : []),
  ...(leaderElection.enabled ? leasePermissions(shard.index) : []),
  ...(auth.mode === "kubernetes" ? reviewPermissions : [])
]

/** Whether a namespace is not there; who may not look does not know. */
const isMissing = (namespace: string) =>
  document(Schema.Unknown, `/api/v1/namespaces/${encodeURIComponent(namespace)}`).pipe(
    Effect.as(false),
    orElse(["NotFound", true], ["Forbidden", false])
  )

/** No rules are named for all namespaces at once: each verb is asked for. */
const deniedEverywhere = Effect.forEach(forRuns, (permission) => {
  const allowed = (verb: Verb) => {
    const { namespace: _, ...resourceAttributes } = attributesOf(permission, verb, "")
    return Effect.map(ask(AccessReview, "SelfSubjectAccessReview", { resourceAttributes }), (it) => it.status.allowed)
  }
  return Effect.map(
    Effect.filter(permission.verbs, (verb) => Effect.map(allowed(verb), (may) => !may)),
    (verbs): Denied => ({ permission, verbs })
  )
}).pipe(Effect.map((all) => all.filter(({ verbs }) => verbs.length > 0)))

/** The other namespaces whose runs are looked after. */
const places = Effect.fnUntraced(function*(config: OrchestratorConfig, own: string) {
  const watched = watchedNamespaces(config, own)
  if (watched === undefined) return [{ namespace: everyNamespace, missing: false, denied: yield* deniedEverywhere }]
  return yield* Effect.forEach(watched.filter((each) => each !== own), (namespace) =>
    Effect.gen(function*() {
      const missing = yield* isMissing(namespace)
      return { namespace, missing, denied: missing ? [] : yield* denied(namespace, forRuns) }
    }))
})

export const clusterFacts = Effect.fn("ClusterFacts.read")(function*(options: {
  readonly config: OrchestratorConfig
  readonly namespace: string
}) {
  const { config, namespace } = options
  // One after the other: a server that is away is asked once.
  const version = yield* document(Version, "/version")
  const namespaceMissing = yield* isMissing(namespace)
  const facts: ClusterFacts = {
    version,
    namespaceMissing,
    definitions: yield* installedDefinitions,
    denied: yield* denied(namespace, wanted(config)),
    places: yield* places(config, namespace)
  }
  return facts
})
