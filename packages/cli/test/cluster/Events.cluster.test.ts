/** `kubectl describe coderun` on a real API server tells what became of a run, by Events that cost at most two writes where it goes well. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { named } from "./Audit.ts"
import { kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { codeRun, makeSite, scripted, startReplica, verbsOf } from "./World.ts"

const describe = (namespace: string, name: string) => kubectl(["-n", namespace, "describe", "coderun", name])

/** The table of Events at its end. */
const eventsIn = (text: string) => text.slice(text.indexOf("\nEvents:"))

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "Events of runs on a real control plane",
  (it) => {
    it.effect(
      "All: two for a run that goes well, besides its six writes; a failure tells why",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const site = yield* makeSite("events", { kubernetesEvents: "All" })
          yield* startReplica(site)
          const { create, untilPhase, untilReleased } = yield* verbsOf(site)
          yield* create(codeRun(site, "first"))
          yield* untilPhase("first", "Succeeded")
          const told = yield* eventually(
            "the delivery to be told",
            Effect.sync(() => eventsIn(describe(site.namespace, "first"))),
            (text) => text.includes("Delivered")
          )
          assert.match(told, /Normal\s+Started\s+\S+\s+orchestrator\.platform\/controller/)
          yield* untilReleased()
          assert.deepStrictEqual(named(site.accepted()).toSorted(), [
            "create configmaps",
            "create events",
            "create events",
            "create jobs",
            "create persistentvolumeclaims",
            "patch jobs",
            "update coderuns/status",
            "update coderuns/status"
          ])
          yield* create(
            codeRun(site, "second", { taskId: 2, repositoryUrl: "https://unknown.example.com/acme/api.git" })
          )
          yield* untilPhase("second", "Failed")
          yield* eventually(
            "the refusal to be told",
            Effect.sync(() => eventsIn(describe(site.namespace, "second"))),
            (text) => /Warning\s+InvalidSpec/.test(text)
          )
        })),
      300_000
    )
  }
)
