/** What the cluster says of an installation, for whoever may look; `forbidden` where they may not. */
import { decodeConfig, type OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { ApiServer } from "@orchestrator/k8s/ApiServer"
import { NodeKind, pathOf, PodKind, runResources, SecretKind, SubjectAccessReviewKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, type KubernetesError } from "@orchestrator/k8s/KubernetesError"
import type { Pod } from "@orchestrator/k8s/Objects"
import { Effect, Option, Result, Schema } from "effect"
import { parse } from "yaml"
import { attributesOf, leasePermissions, type Permission, permissions, type Verb } from "../serve/Permissions.ts"
import type { Denied } from "../serve/StartChecks.ts"

/** A look at an object that need not be there, by somebody who need not be allowed to look. */
export type Look<A> = A | "missing" | "forbidden"

const Texts = Schema.Record(Schema.String, Schema.String)
const Metadata = Schema.Struct({
  name: Schema.String,
  labels: Schema.optionalKey(Texts),
  annotations: Schema.optionalKey(Texts)
})
const Named = Schema.Struct({ metadata: Metadata })

const NodeList = Schema.Struct({
  items: Schema.Array(Schema.Struct({
    metadata: Metadata,
    spec: Schema.optionalKey(Schema.Struct({ unschedulable: Schema.optionalKey(Schema.Boolean) })),
    status: Schema.optionalKey(Schema.Struct({
      conditions: Schema.optionalKey(Schema.Array(Schema.Struct({
        type: Schema.String,
        status: Schema.String,
        reason: Schema.optionalKey(Schema.String)
      })))
    }))
  }))
})
export type LookedNode = (typeof NodeList.Type)["items"][number]

const QuotaList = Schema.Struct({
  items: Schema.Array(Schema.Struct({
    metadata: Metadata,
    status: Schema.optionalKey(Schema.Struct({
      hard: Schema.optionalKey(Texts),
      used: Schema.optionalKey(Texts)
    }))
  }))
})
export type LookedQuota = (typeof QuotaList.Type)["items"][number]

const NamedList = Schema.Struct({ items: Schema.Array(Named) })
const Review = Schema.Struct({ status: Schema.Struct({ allowed: Schema.Boolean }) })
/** Or a Secret. */
const ConfigMap = Schema.Struct({ data: Schema.optionalKey(Texts) })

const Deployment = Schema.Struct({
  spec: Schema.Struct({
    template: Schema.Struct({
      spec: Schema.Struct({
        serviceAccountName: Schema.optionalKey(Schema.String),
        volumes: Schema.optionalKey(Schema.Array(Schema.Struct({
          configMap: Schema.optionalKey(Schema.Struct({ name: Schema.String }))
        })))
      })
    })
  }),
  status: Schema.optionalKey(Schema.Struct({
    replicas: Schema.optionalKey(Schema.Int),
    readyReplicas: Schema.optionalKey(Schema.Int)
  }))
})

/** Every failure but these two is one of the whole look: a server that is away is no finding about a Secret. */
const looked = Effect.fnUntraced(function*<A>(schema: Schema.Decoder<A>, path: string) {
  const server = yield* ApiServer
  return yield* server.document(path).pipe(
    Effect.map((document): Look<A> =>
      Option.getOrElse(Schema.decodeUnknownOption(schema)(document), () => "missing" as const)
    ),
    Effect.catch((error: KubernetesError): Effect.Effect<Look<A>, KubernetesError> => {
      const { _tag } = error.reason
      return _tag === "NotFound"
        ? Effect.succeed("missing")
        : _tag === "Forbidden"
        ? Effect.succeed("forbidden")
        : Effect.fail(error)
    })
  )
})

const part = encodeURIComponent

export interface InstallationPlace {
  readonly namespace: string
  /** Name of the Deployment, which is that of the Service. */
  readonly name: string
}

/** The configuration that the Deployment's pods have mounted. */
const configOf = Effect.fnUntraced(function*(deployment: Look<typeof Deployment.Type>, namespace: string) {
  if (typeof deployment === "string") return undefined
  const names = (deployment.spec.template.spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? [])
  for (const name of names) {
    const map = yield* looked(ConfigMap, `/api/v1/namespaces/${part(namespace)}/configmaps/${part(name)}`)
    const text = typeof map === "string" ? undefined : map.data?.["config.yaml"]
    if (text === undefined) continue
    const content: unknown = yield* Effect.orElseSucceed(Effect.try(() => parse(text) as unknown), () => undefined)
    const decoded = decodeConfig(content)
    if (Result.isSuccess(decoded)) return decoded.success
  }
  return undefined
})

/** What a Secret holds, in base64. */
const secretKeys = Effect.fnUntraced(function*(namespace: string, name: string) {
  const secret = yield* looked(ConfigMap, `${pathOf(SecretKind, namespace, name)}`)
  return typeof secret === "string" ? secret : secret.data ?? {}
})

/** What the program itself is not allowed; whoever may not ask for others does not know. */
const deniedTo = Effect.fnUntraced(function*(user: string, namespace: string, config: OrchestratorConfig | undefined) {
  const server = yield* ApiServer
  const allowed = (permission: Permission, verb: Verb) =>
    server.ask(pathOf(SubjectAccessReviewKind), {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user,
        resourceAttributes: attributesOf(permission, verb, namespace)
      }
    }).pipe(
      Effect.map((answer) => Option.exists(Schema.decodeUnknownOption(Review)(answer), ({ status }) => status.allowed))
    )
  const elects = config?.leaderElection.enabled ?? true
  const wanted = [...permissions, ...(elects ? leasePermissions(config?.shard.index ?? 0) : [])]
    .filter(({ subresource }) => subresource !== "finalizers")
  return yield* Effect.forEach(wanted, (permission) =>
    Effect.map(
      Effect.filter(permission.verbs, (verb) => Effect.map(allowed(permission, verb), (may) => !may), {
        concurrency: 4
      }),
      (verbs): Denied => ({ permission, verbs })
    ), { concurrency: 4 }).pipe(
      Effect.map((all): Look<ReadonlyArray<Denied>> => all.filter(({ verbs }) => verbs.length > 0)),
      Effect.catchIf(hasReason("Forbidden"), () => Effect.succeed("forbidden" as const))
    )
})

export interface InstallationFacts {
  readonly place: InstallationPlace
  readonly deployment: Look<typeof Deployment.Type>
  readonly config: OrchestratorConfig | undefined
  readonly namespaceLabels: Look<Readonly<Record<string, string>>>
  readonly storageClasses: Look<ReadonlyArray<typeof Named.Type>>
  readonly networkPolicies: Look<ReadonlyArray<typeof Named.Type>>
  readonly admissionPolicies: Look<ReadonlyArray<typeof Named.Type>>
  /** Rights that the program's service account lacks. */
  readonly denied: Look<ReadonlyArray<Denied>>
  /** Names of what runs on every node of kube-system: network plug-ins are among them. */
  readonly nodeAgents: Look<ReadonlyArray<typeof Named.Type>>
  readonly pods: Look<ReadonlyArray<Pod>>
  readonly nodes: Look<ReadonlyArray<LookedNode>>
  readonly quotas: Look<ReadonlyArray<LookedQuota>>
  readonly users: ReadonlyArray<string>
  /** By the name of the Secret. */
  readonly secrets: ReadonlyMap<string, Look<Readonly<Record<string, string>>>>
}

const itemsOf = <A>(list: Look<{ readonly items: ReadonlyArray<A> }>): Look<ReadonlyArray<A>> =>
  typeof list === "string" ? list : list.items

/** Whoever works here: users of the runs that are there, and those that are named. */
const usersOf = Effect.fnUntraced(function*(namespace: string, named: ReadonlyArray<string>) {
  const client = yield* KubernetesClient
  const lists = yield* Effect.forEach(
    Object.values(runResources),
    (kind) =>
      client.list(kind, { namespace, limit: 500 }).pipe(
        Effect.map(({ items }) => items.map(({ spec }) => spec["githubUser"])),
        Effect.orElseSucceed(() => [])
      )
  )
  return [...new Set([...named, ...lists.flat().filter((user) => typeof user === "string")])].toSorted()
})

const ofInstallation = ({ github: { app }, secrets }: OrchestratorConfig): ReadonlyArray<string> => [
  secrets.apiKeySecretName,
  ...(app.id === "" ? [] : [app.secretName])
]

export const installationFacts = Effect.fn("doctor.installationFacts")(function*(
  place: InstallationPlace,
  named: ReadonlyArray<string>,
  secretNames: (user: string) => ReadonlyArray<string>
) {
  const client = yield* KubernetesClient
  const namespace = part(place.namespace)
  const list = (path: string) => Effect.map(looked(NamedList, path), itemsOf)
  const deployment = yield* looked(Deployment, `/apis/apps/v1/namespaces/${namespace}/deployments/${part(place.name)}`)
  const config = yield* configOf(deployment, place.namespace)
  const users = yield* usersOf(place.namespace, named)
  const names = [...users.flatMap(secretNames), ...(config === undefined ? [] : ofInstallation(config))]
  const secrets = yield* Effect.forEach(
    names,
    (name) => Effect.map(secretKeys(place.namespace, name), (keys) => [name, keys] as const)
  )
  const space = yield* looked(Named, `/api/v1/namespaces/${namespace}`)
  const facts: InstallationFacts = {
    place,
    deployment,
    config,
    namespaceLabels: typeof space === "string" ? space : space.metadata.labels ?? {},
    denied: typeof deployment === "string"
      ? "missing"
      : yield* deniedTo(
        `system:serviceaccount:${place.namespace}:${deployment.spec.template.spec.serviceAccountName ?? "default"}`,
        place.namespace,
        config
      ),
    storageClasses: yield* list("/apis/storage.k8s.io/v1/storageclasses"),
    networkPolicies: yield* list(`/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`),
    admissionPolicies: yield* list("/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"),
    nodeAgents: yield* list("/apis/apps/v1/namespaces/kube-system/daemonsets"),
    pods: yield* client.list(PodKind, { namespace: place.namespace, limit: 500 }).pipe(
      Effect.map(({ items }): Look<ReadonlyArray<Pod>> => items),
      Effect.orElseSucceed(() => "forbidden" as const)
    ),
    nodes: itemsOf(yield* looked(NodeList, pathOf(NodeKind))),
    quotas: itemsOf(yield* looked(QuotaList, `/api/v1/namespaces/${namespace}/resourcequotas`)),
    users,
    secrets: new Map(secrets)
  }
  return facts
})
