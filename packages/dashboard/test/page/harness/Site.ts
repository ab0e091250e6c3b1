/**
 * The product in this process, over the embedded cluster, at a time that stands still. It serves and leads nothing: runs that a test has put
 * there stay as they are, so that what is shown of them is the same in every run.
 */
import { NodeServices } from "@effect/platform-node"
import { program } from "@orchestrator/cli/product/Program"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { EmbeddedStore } from "@orchestrator/embedded/EmbeddedStore"
import { randomOf, seeded } from "@orchestrator/embedded/faults/Seeded"
import { Server } from "@orchestrator/http/server/Server"
import { makeSignInLinks, type SignInLinks } from "@orchestrator/http/services/SignInLinks"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import { PodLogs } from "@orchestrator/k8s/PodLogs"
import { Clock, Context, Effect, Exit, Layer, Random, Redacted, References, Schema, Scope } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../../../..")

export const namespace = "orchestrator"

/** Token of the person whose site it is, who may do everything. */
export const person = "obviously-fake-token-of-ada"

const follows = Layer.succeed(
  Leadership,
  Leadership.of({
    leads: Effect.succeed(false),
    problem: Effect.undefined,
    settled: Effect.void,
    whileLeading: () => Effect.never,
    alsoLead: () => Effect.void,
    leaveOthers: () => Effect.void
  })
)

/** Durations pass as they do; the time of day is what it was set to. */
const clockAt = Effect.map(Clock.Clock, (live) => {
  let millis = 0
  const clock: Clock.Clock = Object.assign(Object.create(live), {
    currentTimeMillisUnsafe: () => millis,
    currentTimeMillis: Effect.sync(() => millis),
    currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(millis) * 1_000_000n)
  })
  return { clock, set: (time: Date) => void (millis = time.getTime()) }
})

export interface SiteOptions {
  /** When it is. */
  readonly now?: Date
  /** Of config.yaml. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly port?: number
}

export interface Site {
  readonly url: string
  readonly now: Date
  readonly links: SignInLinks
  /** Folder of the evidence. */
  readonly evidence: string
  readonly client: KubernetesClient["Service"]
  readonly store: EmbeddedStore["Service"]
  /** What containers print. */
  readonly logs: PodLogs["Service"]
  /** As of this site, at that time. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>, at?: Date) => Promise<A>
  readonly stop: () => Promise<void>
}

export const startSite = async (
  { config = {}, now = new Date("2026-05-04T12:00:00Z"), port = 0 }: SiteOptions = {}
): Promise<Site> => {
  const evidence = mkdtempSync(join(tmpdir(), "orchestrator-page-"))
  const { clock, set } = await Effect.runPromise(clockAt)
  set(now)
  const random = randomOf(seeded("the page"))
  const links = makeSignInLinks(Redacted.make(person))
  const decoded = Schema.decodeUnknownSync(OrchestratorConfig)({
    evidence: { volume: { claimName: "evidence", folder: evidence }, retention: { days: 0 } },
    ...config,
    server: { port },
    auth: { tokens: "any", ...Object(config["auth"]) }
  })
  const layer = program({
    config: decoded,
    namespace,
    links,
    templates: `${root}/chart/claude-templates`,
    page: Effect.succeed(`${root}/packages/dashboard/dist`),
    tokenHint: "kubectl create token SERVICEACCOUNT -n orchestrator prints one"
  }).pipe(
    Layer.provide(follows),
    Layer.provide(NodeServices.layer),
    Layer.provideMerge(layerMemory)
  )
  const scope = Effect.runSync(Scope.make())
  const here = <A, E>(effect: Effect.Effect<A, E>) =>
    effect.pipe(
      Effect.provideService(Clock.Clock, clock),
      Effect.provideService(Random.Random, random),
      Effect.provideService(References.MinimumLogLevel, "Error")
    )
  const context = await Effect.runPromise(here(Layer.buildWithScope(layer, scope)))
  const store = Context.get(context, EmbeddedStore)
  await Effect.runPromise(store.registerUser(person, { username: "ada", groups: ["system:masters"] }))
  return {
    url: Context.get(context, Server).url,
    now,
    links,
    evidence,
    client: Context.get(context, KubernetesClient),
    store,
    logs: Context.get(context, PodLogs),
    run: async (effect, at = now) => {
      set(at)
      try {
        return await Effect.runPromise(here(effect))
      } finally {
        set(now)
      }
    },
    stop: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      rmSync(evidence, { recursive: true, force: true })
    }
  }
}
