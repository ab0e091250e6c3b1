/** What every case of the contract works with: a client, a namespace of its own, objects to write. */
import { assert } from "@effect/vitest"
import { CodeRunKind, ConfigMapKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient, WatchEvent } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesError, KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { ConfigMap, CustomObject, Job, KubernetesObject, Pod } from "@orchestrator/k8s/Objects"
import { Effect, Latch, Stream } from "effect"

export interface World {
  readonly client: KubernetesClient["Service"]
  readonly namespace: string
}

export interface ContractCase {
  readonly name: string
  readonly run: (world: World) => Effect.Effect<unknown, KubernetesError>
}

export const contractCase = (
  name: string,
  body: (world: World) => Effect.fn.Return<unknown, KubernetesError>
): ContractCase => ({ name, run: Effect.fnUntraced(body) })

type Tag = KubernetesErrorReason["_tag"]

/** Answers with the refusal, which must be for one of these reasons. */
export const refused = <A>(
  effect: Effect.Effect<A, KubernetesError>,
  ...tags: readonly [Tag, ...Array<Tag>]
): Effect.Effect<KubernetesError> =>
  Effect.flip(effect).pipe(
    Effect.catch((answer) =>
      Effect.sync(() => assert.fail(`expected ${tags.join(" or ")}, found ${JSON.stringify(answer)}`))
    ),
    Effect.tap(({ message, reason }) => Effect.sync(() => assert.include(tags, reason._tag, message)))
  )

/** Refused as Invalid because of these fields, among others. */
export const invalidFields = <A>(
  effect: Effect.Effect<A, KubernetesError>,
  ...fields: ReadonlyArray<string>
): Effect.Effect<void> =>
  Effect.map(refused(effect, "Invalid"), ({ message, reason }) => {
    const found = reason._tag === "Invalid" ? reason.causes.map(({ field }) => field) : []
    assert.includeMembers(found, [...fields], message)
  })

const eventTimeout = "90 seconds"

/** The first events of a watch; fails the test when they do not come. */
export const take = <A>(
  events: Stream.Stream<WatchEvent<A>, KubernetesError>,
  count: number
): Effect.Effect<ReadonlyArray<WatchEvent<A>>, KubernetesError> =>
  events.pipe(
    Stream.take(count),
    Stream.runCollect,
    Effect.timeoutOrElse({
      duration: eventTimeout,
      orElse: () => Effect.sync(() => assert.fail(`expected ${count} events within ${eventTimeout}`))
    })
  )

/** The first events of a watch while something is done, once the first of them is there. */
export const takeAndThen = <A, E>(
  events: Stream.Stream<WatchEvent<A>, KubernetesError>,
  count: number,
  then: Effect.Effect<unknown, E>
): Effect.Effect<ReadonlyArray<WatchEvent<A>>, KubernetesError | E> =>
  Effect.gen(function*() {
    const begun = yield* Latch.make()
    const taken = take(Stream.tap(events, () => begun.open), count)
    const [found] = yield* Effect.all([taken, Effect.andThen(begun.await, then)], { concurrency: "unbounded" })
    return found
  })

export const seen = <A extends KubernetesObject>(
  events: ReadonlyArray<WatchEvent<A>>
): ReadonlyArray<readonly [string, string | undefined]> =>
  events.map(({ object, type }) => [type, object.metadata.name])

export const namesOf = (objects: ReadonlyArray<KubernetesObject>): ReadonlyArray<string> =>
  objects.map(({ metadata }) => metadata.name ?? "")

export const versionOf = ({ metadata }: KubernetesObject): number => Number(metadata.resourceVersion)

export const configMap = (
  { namespace }: World,
  name: string,
  data: ConfigMap["data"] = {},
  metadata: Partial<ConfigMap["metadata"]> = {}
): ConfigMap => ({ metadata: { name, namespace, ...metadata }, data })

export const createConfigMap = (
  world: World,
  name: string,
  data: ConfigMap["data"] = {},
  metadata: Partial<ConfigMap["metadata"]> = {}
) => world.client.create(ConfigMapKind, configMap(world, name, data, metadata))

export const getConfigMap = ({ client, namespace }: World, name: string) =>
  client.get(ConfigMapKind, { name, namespace })

export const codeRunSpec = {
  taskId: 1,
  service: "checkout",
  repositoryUrl: "https://git.example.com/shop.git",
  docsRepositoryUrl: "https://git.example.com/docs.git",
  workingDirectory: ".",
  model: "claude-sonnet-4-5",
  githubUser: "octo"
}

export const codeRun = (
  { namespace }: World,
  name: string,
  spec: Readonly<Record<string, unknown>> = {}
): CustomObject => ({
  apiVersion: "orchestrator.platform/v1",
  kind: "CodeRun",
  metadata: { name, namespace },
  spec: { ...codeRunSpec, ...spec }
})

export const createCodeRun = (world: World, name: string, spec: Readonly<Record<string, unknown>> = {}) =>
  world.client.create(CodeRunKind, codeRun(world, name, spec))

export const podSpec: Pod["spec"] = {
  restartPolicy: "Never",
  automountServiceAccountToken: false,
  containers: [{ name: "main", image: "example.com/agent:1" }]
}

export const pod = ({ namespace }: World, name: string, spec: Partial<Pod["spec"]> = {}): Pod => ({
  metadata: { name, namespace },
  spec: { ...podSpec, ...spec }
})

export const job = ({ namespace }: World, name: string, spec: Partial<Job["spec"]> = {}): Job => ({
  metadata: { name, namespace },
  spec: { template: { spec: podSpec }, ...spec }
})
