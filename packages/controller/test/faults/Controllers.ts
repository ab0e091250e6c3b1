/** The controllers of a simulation: the whole program of each, over the client that the simulation gives it. */
import { millisOf } from "@orchestrator/domain/Monotonic"
import { onlyShard } from "@orchestrator/domain/Shards"
import type { Process } from "@orchestrator/embedded/faults/Process"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { layerShards } from "@orchestrator/k8s/leadership/ShardElection"
import { Templates } from "@orchestrator/templates/Templates"
import { Clock, Context, Effect, Exit, Layer, Scope } from "effect"
import { Stores } from "../../src/facts/Stores.ts"
import { Controller } from "../../src/loop/Controller.ts"
import { NonceSource } from "../../src/loop/Nonce.ts"
import { ControllerSettings } from "../../src/loop/Settings.ts"
import { configOf, namespace, templates } from "../program/World.ts"
import type { Scenario } from "./Scenario.ts"

/** Made once, for all cases of this thread. */
const built = Effect.runSync(Effect.scoped(Layer.build(templates())))
const rendered = Layer.succeed(Templates, Context.get(built, Templates))
const configs = new WeakMap<Scenario, Map<string, ReturnType<typeof configOf>>>()

const usual = {
  cleanup: { completedJobDelayMinutes: 1, failedJobDelayMinutes: 1 },
  leaderElection: { leaseSeconds: 30, renewDeadlineSeconds: 20, retrySeconds: 10 }
}

const settingsOf = (scenario: Scenario, controller: string) => {
  const known = configs.get(scenario) ?? new Map<string, ReturnType<typeof configOf>>()
  configs.set(scenario, known)
  const config = known.get(controller) ??
    configOf({ ...usual, ...scenario.config, shard: scenario.shards?.[controller] ?? onlyShard })
  known.set(controller, config)
  return config
}

export interface Running {
  readonly controller: Controller["Service"]
  readonly stores: Stores["Service"]
  /** Milliseconds of its monotonic clock. */
  readonly now: () => number
}

export const makeControllers = (scenario: Scenario) => {
  const controllers = new Map<string, Running>()
  const begin = (process: Process, client: KubernetesClient["Service"]) => {
    const config = settingsOf(scenario, process.name)
    const { leaseSeconds, renewDeadlineSeconds, retrySeconds } = config.leaderElection
    const scope = Scope.makeUnsafe()
    let nonces = 0
    const context = Context.add(
      process.context,
      NonceSource,
      () => `${process.id.length}${process.id.slice(-1)}${String(nonces++)}`.padStart(16, "0")
    )
    const leadership = scenario.leadership === "alone"
      ? Leadership.layerAlone
      : layerShards({
        namespace,
        number: config.shard.index,
        identity: process.id,
        leaseSeconds,
        renewDeadlineSeconds,
        retrySeconds
      })
    const layer = Controller.layer.pipe(
      Layer.provide(leadership),
      Layer.provide(rendered),
      Layer.provide(Layer.succeed(KubernetesClient, client)),
      Layer.provide(Layer.succeed(ControllerSettings, { config, namespace }))
    )
    Effect.runForkWith(context)(
      Effect.map(Layer.buildWithScope(layer, scope), (made) => {
        controllers.set(process.name, {
          controller: Context.get(made, Controller),
          stores: Context.get(made, Stores),
          now: () => millisOf(Context.get(process.context, Clock.Clock).monotonicTimeNanosUnsafe())
        })
      })
    )
    return { stop: () => void Effect.runForkWith(process.context)(Scope.close(scope, Exit.void)) }
  }
  return { begin, controllers }
}
