/**
 * Whatever the API server sends of one run's objects, or answers to writes for it: nothing of the controller ends, other runs go on, and the
 * kind that cannot be followed is named.
 */
import { assert, describe, it } from "@effect/vitest"
import {
  ConfigMapKind,
  EventKind,
  JobKind,
  type Kind,
  PersistentVolumeClaimKind,
  PodKind,
  runResources
} from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type WatchEvent } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Effect, Layer, Logger, Stream } from "effect"
import fc from "fast-check"
import { Controller } from "../../src/loop/Controller.ts"
import { cluster, codeRun, controller, counted, pass, verbs } from "./World.ts"

type Damage = (kind: Kind, object: unknown) => unknown

/** The cluster as it is sent: every object and event of what is about the run `rotten` goes through `damage`. */
const sent = (damage: Damage) => {
  const wire = <A>(kind: Kind, object: A): A => {
    const isBad = JSON.stringify(object ?? null).includes("rotten")
    // What a wire brings has no type.
    return isBad ? JSON.parse(JSON.stringify({ it: damage(kind, structuredClone(object)) })).it : object
  }
  return Layer.effect(
    KubernetesClient,
    Effect.map(KubernetesClient, (client) =>
      KubernetesClient.of({
        ...client,
        list: (kind, options) =>
          Effect.map(client.list(kind, options), (list) => ({
            ...list,
            items: list.items.map((item) => wire(kind, item))
          })),
        watch: <A extends KubernetesObject>(kind: Kind<A>, options = {}) =>
          Stream.map(client.watch(kind, options), (event): WatchEvent<A> =>
            event.type === "BOOKMARK" ? event : { ...event, object: wire(kind, event.object) }),
        create: (kind, object) =>
          Effect.map(client.create(kind, object), (made) => wire(kind, made)),
        replaceStatus: (kind, object) => Effect.map(client.replaceStatus(kind, object), (made) => wire(kind, made)),
        patch: (kind, ref, patch) => Effect.map(client.patch(kind, ref, patch), (made) => wire(kind, made))
      }))
  ).pipe(Layer.provide(counted))
}

/** A run that is damaged, then one that is not: it ends well, and nothing has died of the other. */
const othersGoOn = (damage: Damage, what: string) =>
  Effect.gen(function*() {
    const deaths: Array<unknown> = []
    const deadly = Logger.make(({ logLevel, message }) => {
      if (logLevel === "Error") deaths.push(message)
    })
    yield* Effect.gen(function*() {
      const { create, forget, requests, run } = yield* verbs
      yield* create(codeRun("rotten", { service: "rotten" }))
      yield* pass("15 seconds", "5 seconds")
      yield* create(codeRun("good", { service: "good", taskId: 2 }))
      yield* pass("30 seconds", "5 seconds")
      assert.strictEqual((yield* run("good")).status?.["phase"], "Succeeded", what)
      yield* forget
      yield* pass("1 minute", "5 seconds")
      assert.isAtMost((yield* requests).length, 30, what)
    }).pipe(
      Effect.provide(
        Layer.provideMerge(
          Layer.fresh(Layer.provideMerge(controller({}, sent(damage)), cluster())),
          Logger.layer([deadly])
        )
      )
    )
    assert.deepStrictEqual(deaths, [], what)
  })

const followed: ReadonlyArray<Kind> = [
  runResources.CodeRun,
  JobKind,
  PodKind,
  ConfigMapKind,
  PersistentVolumeClaimKind,
  EventKind
]

const garbage = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.boolean(),
  fc.constantFrom(0, -1, 1.5, 1e300, 2 ** 60),
  fc.constantFrom("", "x", "bad", "x".repeat(100_000)),
  fc.constantFrom([], [null], [[]], ["x"], [{}]),
  fc.constantFrom({}, { x: null }, { toString: 1 }, { spec: {} })
)

/** The paths of everything in a value. */
const pathsOf = (value: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value !== "object" || value === null
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))]

const replaced = (value: unknown, [key, ...rest]: ReadonlyArray<string>, by: unknown): unknown => {
  if (key === undefined) return by
  if (typeof value !== "object" || value === null) return value
  const change = (name: string, each: unknown) => name === key ? replaced(each, rest, by) : each
  return Array.isArray(value)
    ? value.map((each, index) => change(String(index), each))
    : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(name, each)]))
}

describe("objects of one run that are garbage", () => {
  const mutations = fc.sample(fc.array(fc.tuple(fc.nat(10_000), garbage), { minLength: 6, maxLength: 6 }), {
    numRuns: 25,
    seed: 7
  })

  it.effect.each(mutations.map((each, index) => ({ index, each })))(
    "mutation $index: other runs go on",
    ({ each }) =>
      othersGoOn((kind, object) => {
        const [place, by] = each[followed.findIndex(({ plural }) => plural === kind.plural)] ?? [0, null]
        const paths = pathsOf(object)
        return replaced(object, paths[place % paths.length] ?? [], by)
      }, JSON.stringify(each).slice(0, 500))
  )

  const lacking = ["spec", "metadata", "metadata.name", "metadata.ownerReferences"]
  it.effect.each(followed.flatMap((kind) => lacking.map((path) => ({ kind, path }))))(
    "a $kind.kind without $path",
    ({ kind, path }) =>
      othersGoOn(
        (asked, object) => asked.plural === kind.plural ? replaced(object, path.split("."), undefined) : object,
        `${kind.kind} without ${path}`
      )
  )

  it.effect.each(followed)(
    "a $kind that is null",
    ({ plural }) => othersGoOn((asked, object) => asked.plural === plural ? null : object, plural)
  )
})

describe("answers that are garbage", () => {
  it.effect.each([null, {}, { metadata: { name: "other" } }])(
    "%o to every write of seventeen runs: none is taken for an object, and the runs go on when the answers are whole again",
    (answer) =>
      Effect.gen(function*() {
        const { create, run } = yield* verbs
        let whole = false
        const garbled = Layer.effect(
          KubernetesClient,
          Effect.map(KubernetesClient, (client) => {
            const or = <A>(made: A): A => whole ? made : JSON.parse(JSON.stringify(answer))
            return KubernetesClient.of({
              ...client,
              create: (kind, object) => Effect.map(client.create(kind, object), or),
              replaceStatus: (kind, object) => Effect.map(client.replaceStatus(kind, object), or),
              patch: (kind, ref, patch) => Effect.map(client.patch(kind, ref, patch), or)
            })
          })
        )
        yield* Effect.scoped(Effect.gen(function*() {
          yield* Layer.build(Layer.fresh(controller({}, Layer.provide(garbled, counted))))
          const names = Array.from({ length: 17 }, (_, index) => `run-${index}`)
          yield* Effect.forEach(names, (name, index) => create(codeRun(name, { service: name, taskId: index })))
          yield* pass("10 seconds", "5 seconds")
          whole = true
          yield* pass("2 minutes", "5 seconds")
          for (const name of names) assert.strictEqual((yield* run(name)).status?.["phase"], "Succeeded", name)
        }))
      }).pipe(Effect.provide(Layer.fresh(cluster())))
  )
})

describe("a kind that cannot be followed", () => {
  it.effect.each([
    { name: "whose lists are garbage", list: Effect.succeed(null) },
    { name: "whose lists have no revision", list: Effect.succeed({ items: [], metadata: {} }) },
    { name: "that makes us die", list: Effect.die(new Error("a bug of ours")) }
  ])("$name is named until it can be followed again", ({ list }) =>
    Effect.gen(function*() {
      const { create, run } = yield* verbs
      let broken = true
      const breaking = Layer.effect(
        KubernetesClient,
        Effect.map(KubernetesClient, (client) =>
          KubernetesClient.of({
            ...client,
            list: <A extends KubernetesObject>(kind: Kind<A>, options = {}) =>
              broken && kind.plural === "pods"
                ? Effect.map(list, (page) => JSON.parse(JSON.stringify(page)))
                : client.list(kind, options),
            watch: <A extends KubernetesObject>(kind: Kind<A>, options = {}) =>
              broken && kind.plural === "pods"
                ? Stream.map(Stream.make("garbage"), (line) => JSON.parse(JSON.stringify(line)))
                : client.watch(kind, options)
          }))
      ).pipe(Layer.provide(counted))
      yield* Effect.gen(function*() {
        const { synced, trouble } = yield* Controller
        yield* pass("30 seconds")
        assert.isFalse(yield* synced)
        assert.match((yield* trouble).join(), /^Changes of pods are not seen: /)
        broken = false
        yield* create(codeRun("first"))
        yield* pass("3 minutes", "5 seconds")
        assert.isTrue(yield* synced)
        assert.deepStrictEqual(yield* trouble, [])
        assert.strictEqual((yield* run("first")).status?.["phase"], "Succeeded")
      }).pipe(Effect.provide(controller({}, breaking)))
    }).pipe(Effect.provide(Layer.fresh(cluster()))))
})
