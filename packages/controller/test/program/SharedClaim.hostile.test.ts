/** Runs of a new service that are created at once, with shared access: one makes the claim, and all work in it, whatever comes first, answers or events. */
import { assert, describe, it } from "@effect/vitest"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Layer } from "effect"
import { cluster, codeRun, controller, counted, pass, verbs } from "./World.ts"

const names = ["a", "b", "c", "d", "e"]

/** A client that hears of the creation of claims late: of its success, or of both. */
const late = (answers: "success" | "all") =>
  Layer.effect(
    KubernetesClient,
    Effect.map(KubernetesClient, (client) =>
      KubernetesClient.of({
        ...client,
        create: (kind, object) =>
          kind.kind !== PersistentVolumeClaimKind.kind
            ? client.create(kind, object)
            : client.create(kind, object).pipe(
              Effect.tap(() => Effect.sleep("2 seconds")),
              Effect.tapError(() => answers === "all" ? Effect.sleep("1 second") : Effect.void)
            )
      }))
  ).pipe(Layer.provide(counted))

describe("five runs of a new service share the claim that one of them makes", () => {
  it.effect.each(["success", "all"] as const)("answers that are late: %s", (answers) =>
    Effect.gen(function*() {
      const { all, create, run } = yield* verbs
      yield* Effect.scoped(Effect.gen(function*() {
        yield* Layer.build(
          Layer.fresh(controller({ storage: { access: "Shared" }, retry: { infrastructure: 0 } }, late(answers)))
        )
        yield* pass("1 second")
        yield* Effect.forEach(names, (name, index) => create(codeRun(name, { taskId: index + 1 })), { concurrency: 5 })
        yield* pass("30 seconds")
      }))
      const ends = yield* Effect.forEach(names, (name) => Effect.map(run(name), ({ status }) => status?.["reason"]))
      assert.deepStrictEqual(ends, names.map(() => "Delivered"))
      assert.lengthOf(yield* all(PersistentVolumeClaimKind), 1)
    }).pipe(Effect.provide(cluster())))
})
