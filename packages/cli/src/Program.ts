/** The product on some cluster: the controller and the HTTP API. What runs it, a laptop or a real API server, is left to provide. */
import { Controller } from "@orchestrator/controller/Controller"
import { ControllerSettings } from "@orchestrator/controller/Settings"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { HttpSettings } from "@orchestrator/http/HttpSettings"
import { Readiness } from "@orchestrator/http/Readiness"
import { Server } from "@orchestrator/http/Server"
import { Templates } from "@orchestrator/templates/Templates"
import { Effect, Layer } from "effect"
import { version } from "./Version.ts"

export interface ProgramOptions {
  readonly config: OrchestratorConfig
  readonly namespace: string
  /** Folder of the agent templates. */
  readonly templates: string
}

const readiness = Layer.effect(
  Readiness,
  Effect.gen(function*() {
    const { synced } = yield* Controller
    return {
      missing: Effect.map(synced, (done) => done ? [] : ["The caches of the cluster's objects are not filled yet."])
    }
  })
)

/** Needs a KubernetesClient and the file system. */
export const program = ({ config, namespace, templates }: ProgramOptions) =>
  Server.layerWith({ ...config.server, auth: config.auth }).pipe(
    Layer.provideMerge(readiness),
    Layer.provideMerge(Controller.layer),
    Layer.provide(Templates.layerWith({ path: templates })),
    Layer.provide(Layer.succeed(ControllerSettings, { config, namespace })),
    Layer.provide(HttpSettings.layerWith({ namespace, version, models: config.models }))
  )
