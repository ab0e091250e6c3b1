/**
 * The controller dies at every write of runs that go on by themselves: before the write is sent, and after it is done without a reply.
 * Another then goes on, and the end is that of a run without a crash.
 */
import { assert, describe, it } from "@effect/vitest"
import { Kubelet } from "@orchestrator/embedded/node/Kubelet"
import type { Script } from "@orchestrator/embedded/node/ScriptedRuntime"
import { PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import {
  acting,
  attemptsOf,
  cluster,
  codeRun,
  completed,
  controller,
  counted,
  failed,
  isAgain,
  pass,
  verbs
} from "./World.ts"

interface Crash {
  readonly write: number
  readonly when: "before" | "after"
}

interface Life {
  writes: number
  dead: boolean
}

/** A client whose owner dies at a write. */
const dying = (crash: Crash | undefined, life: Life) =>
  Layer.effect(
    KubernetesClient,
    Effect.gen(function*() {
      const client = yield* KubernetesClient
      const die = Effect.suspend(() => {
        life.dead = true
        return Effect.never
      })
      const write = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
        Effect.suspend(() => {
          if (life.dead) return Effect.never
          life.writes += 1
          if (life.writes !== crash?.write) return effect
          return crash.when === "before" ? die : Effect.andThen(effect, die)
        })
      return KubernetesClient.of({
        ...client,
        create: (kind, object) => write(client.create(kind, object)),
        replaceStatus: (kind, object) => write(client.replaceStatus(kind, object)),
        patch: (kind, ref, patch) => write(client.patch(kind, ref, patch))
      })
    })
  ).pipe(Layer.provide(counted))

interface Scenario {
  readonly name: string
  readonly script: Script
  /** What happens at this second. */
  readonly disturb?: { readonly second: number; readonly by: Effect.Effect<void, never, Kubelet | KubernetesClient> }
  readonly seconds: number
}

const evictAll = Effect.gen(function*() {
  const client = yield* KubernetesClient
  const node = yield* Kubelet
  const { items } = yield* Effect.orDie(client.list(PodKind, {}))
  for (const { metadata: { name = "", namespace } } of items) {
    yield* node.evict({ name, namespace }, "The node was low on memory.")
  }
})

const scenarios: ReadonlyArray<Scenario> = [
  {
    name: "a usage limit",
    script: acting(
      (request) => isAgain(request) ? completed(request.env, "10 seconds") : failed("RateLimited"),
      () => ({
        limitedAt: "1970-01-01T00:00:10Z"
      })
    ),
    seconds: 95
  },
  {
    name: "infrastructure loss",
    script: acting((request) => completed(request.env, isAgain(request) ? "10 seconds" : "never")),
    disturb: { second: 10, by: evictAll },
    seconds: 75
  }
]

const play = ({ disturb, script, seconds }: Scenario, crash: Crash | undefined) =>
  Effect.gen(function*() {
    const { agents, create, run } = yield* verbs
    const life: Life = { writes: 0, dead: false }
    let second = 0
    const until = (over: () => boolean) =>
      Effect.gen(function*() {
        while (second < seconds && !over()) {
          if (disturb?.second === second) yield* disturb.by
          yield* pass("5 seconds", "5 seconds")
          second += 5
        }
      })
    yield* create(codeRun("first"))
    yield* Effect.scoped(
      Effect.andThen(Layer.build(Layer.fresh(controller({}, dying(crash, life)))), until(() => life.dead))
    )
    const { writes } = life
    yield* Effect.scoped(Effect.andThen(Layer.build(Layer.fresh(controller())), until(() => false)))
    const { status } = yield* run("first")
    const { contextVersion, phase, reason, resumesAt, retryCount, usage } = status ?? {}
    return {
      crashed: life.dead,
      writes,
      end: {
        status: { contextVersion, phase, reason, resumesAt, retryCount, usage },
        attempts: attemptsOf(status).map(({ contextVersion, jobName, outcome, reason, retry, usage }) => ({
          contextVersion,
          jobName: jobName.replace(/-[0-9a-f]{8}$/, ""),
          outcome,
          reason,
          retry,
          usage
        })),
        agents: (yield* agents).map(({ pod }) => pod.metadata.ownerReferences?.[0]?.name.replace(/-[0-9a-f]{8}$/, ""))
      }
    }
  }).pipe(Effect.provide(Layer.fresh(cluster(script))))

describe.each(scenarios)("after $name", (scenario) => {
  it.effect("a crash at any write changes nothing", () =>
    Effect.gen(function*() {
      const calm = yield* play(scenario, undefined)
      assert.strictEqual(calm.end.status.phase, "Succeeded")
      assert.isAtLeast(calm.writes, 10)
      for (let write = 1; write <= calm.writes; write++) {
        for (const when of ["before", "after"] as const) {
          const { crashed, end } = yield* play(scenario, { write, when })
          assert.isTrue(crashed, `${when} write ${write}`)
          assert.deepStrictEqual(end, calm.end, `${when} write ${write}`)
        }
      }
    }), 300_000)
})
