/**
 * What the controller writes for one CodeRun, from its own sources on the embedded cluster, with holes where runs differ: so that the
 * loops send exactly the same.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { Controller } from "@orchestrator/controller/loop/Controller"
import { ControllerSettings } from "@orchestrator/controller/loop/Settings"
import { holderAnnotation, workspaceLabels } from "@orchestrator/domain/Labels"
import { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { tenantMarks, tenantOf } from "@orchestrator/domain/Tenant"
import * as Actors from "@orchestrator/embedded/actors/Actors"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { CodeRunKind, ConfigMapKind, JobKind, type Kind, PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient, type Patch } from "@orchestrator/k8s/KubernetesClient"
import { Leadership } from "@orchestrator/k8s/leadership/Leadership"
import type {
  ConfigMap,
  CustomObject,
  Job,
  KubernetesObject,
  Metadata,
  PersistentVolumeClaim
} from "@orchestrator/k8s/Objects"
import { Templates } from "@orchestrator/templates/Templates"
import { Effect, Layer, References, Schedule, Schema } from "effect"
import { config } from "./Config.ts"
import { nodeLayer } from "./Node.ts"
import { withHoles } from "./Template.ts"

/** The six writes of a CodeRun, cleanup included. */
export interface Recorded {
  readonly lease: Patch
  readonly job: Job
  readonly files: ConfigMap
  readonly running: CustomObject
  readonly terminal: CustomObject
  readonly release: Patch
}

export const templates = `${import.meta.dirname}/../../chart/claude-templates`

const decodeConfig = Schema.decodeUnknownSync(OrchestratorConfig)

export const codeRun = (namespace: string, name: string, service: string): CustomObject => ({
  metadata: { name, namespace },
  spec: {
    taskId: 1,
    service,
    repositoryUrl: "https://github.com/acme/api.git",
    docsRepositoryUrl: "https://github.com/acme/docs.git",
    workingDirectory: ".",
    model: "claude-sonnet-4-20250514",
    githubUser: "ada"
  }
})

const workspace = (namespace: string, service: string, marks: Pick<Metadata, "labels" | "annotations">) => ({
  metadata: { name: `workspace-${service}`, namespace, ...marks },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
})

/** The claim of a service's workspace, of which nobody knows who worked in it: whoever starts there reads Jobs and pods first. */
export const unknownWorkspace = (namespace: string, service: string): PersistentVolumeClaim =>
  workspace(namespace, service, { labels: workspaceLabels(service) })

const endedAt = "2026-03-01T09:30:00Z"

/** Of a run that has ended, as the controller writes it. */
const endedStatus = (name: string) => ({
  phase: "Succeeded",
  reason: "Delivered",
  message: "Delivered.",
  contextVersion: 1,
  observedGeneration: 1,
  lastUpdate: endedAt,
  finishedAt: endedAt,
  attempts: [{
    contextVersion: 1,
    jobName: `code-${name}-v1-00000000`,
    finishedAt: endedAt,
    outcome: "Succeeded",
    reason: "Delivered",
    exitCode: 0,
    sessionId: "3f9c2a1b-7d4e-8c1a-9b2f-5e6d7c8b9a01"
  }],
  conditions: ["Ready", "Finished"].map((type) => ({
    type,
    status: "True",
    reason: "Delivered",
    message: "Delivered.",
    lastTransitionTime: endedAt
  }))
})

/** A service's workspace as a first run has left it, and that run; answers with the claim to make. */
export const leftWorkspace = Effect.fnUntraced(function*(namespace: string, service: string) {
  const client = yield* KubernetesClient
  const first = yield* client.create(CodeRunKind, codeRun(namespace, `first-${service}`, service))
  yield* client.replaceStatus(CodeRunKind, { ...first, status: endedStatus(`first-${service}`) })
  const { labels, annotations } = tenantMarks(tenantOf({
    service,
    repositoryUrl: String(first.spec["repositoryUrl"]),
    githubUser: String(first.spec["githubUser"])
  }))
  return workspace(namespace, service, {
    labels,
    annotations: { ...annotations, [holderAnnotation]: first.metadata.uid ?? "" }
  })
})

const namespace = "orchestrator"
const sample = { name: "run-sample", service: "svc-sample" }

type Write =
  | { readonly what: "job"; readonly object: Job }
  | { readonly what: "files"; readonly object: ConfigMap }
  | { readonly what: "status"; readonly object: CustomObject }
  | { readonly what: "patch"; readonly patch: Patch }

/** The client, with what is written through it. */
const recording = (writes: Array<Write>) =>
  Effect.map(KubernetesClient, (client) =>
    KubernetesClient.of({
      ...client,
      create: (kind, object) => {
        if (is(JobKind, kind, object)) writes.push({ what: "job", object })
        if (is(ConfigMapKind, kind, object)) writes.push({ what: "files", object })
        return client.create(kind, object)
      },
      replaceStatus: (kind, object) => {
        if (is(CodeRunKind, kind, object)) writes.push({ what: "status", object })
        return client.replaceStatus(kind, object)
      },
      patch: (kind, ref, patch) => {
        writes.push({ what: "patch", patch })
        return client.patch(kind, ref, patch)
      }
    }))

const is = <A extends KubernetesObject>(wanted: Kind<A>, kind: Kind, object: KubernetesObject): object is A =>
  kind.kind === wanted.kind && object.metadata.name !== undefined

const world = (writes: Array<Write>) =>
  Controller.layer.pipe(
    Layer.provide(Templates.layerWith({ path: templates })),
    Layer.provide(Leadership.layerAlone),
    Layer.provide(Layer.succeed(ControllerSettings, { config: decodeConfig(config), namespace })),
    Layer.provide(Layer.effect(KubernetesClient, recording(writes))),
    Layer.provideMerge(Layer.mergeAll(Actors.layer, nodeLayer(0))),
    Layer.provideMerge(layerMemory),
    Layer.provide(NodeFileSystem.layer)
  )

export class UnexpectedWrites extends Schema.TaggedError<UnexpectedWrites>()("UnexpectedWrites", {
  found: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `expected lease, Job, files, two statuses (Running, Succeeded) and release of a CodeRun, found ${
      this.found.join(", ")
    }`
  }
}

/** One run from its creation until its Job is let go; answers with the identities that the writes carry. */
const live = (writes: ReadonlyArray<Write>) =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    const claim = yield* client.create(
      PersistentVolumeClaimKind,
      yield* leftWorkspace(namespace, sample.service)
    )
    const run = yield* client.create(CodeRunKind, codeRun(namespace, sample.name, sample.service))
    const job = yield* client.list(JobKind, { namespace }).pipe(
      Effect.flatMap(({ items: [job] }) => job === undefined ? Effect.fail("no Job" as const) : Effect.succeed(job)),
      Effect.retry({ schedule: Schedule.spaced("2 millis"), times: 5000 })
    )
    yield* Effect.suspend(() => writes.length < 6 ? Effect.fail("too few" as const) : Effect.void).pipe(
      Effect.retry({ schedule: Schedule.spaced("10 millis"), times: 1000 })
    )
    return { claim: claim.metadata.uid ?? "", run: run.metadata.uid ?? "", job: job.metadata.uid ?? "" }
  })

const sayWrite = (write: Write): string => write.what === "status" ? String(write.object.status?.["phase"]) : write.what

const recordedOf = (writes: ReadonlyArray<Write>): Recorded | undefined => {
  const [lease, job, files, running, terminal, release] = writes
  return lease?.what === "patch" && job?.what === "job" && files?.what === "files" && running?.what === "status" &&
      terminal?.what === "status" && terminal.object.status?.["phase"] === "Succeeded" && release?.what === "patch"
    ? {
      lease: lease.patch,
      job: job.object,
      files: files.object,
      running: running.object,
      terminal: terminal.object,
      release: release.patch
    }
    : undefined
}

/** Holes: home (the namespace), name, service, uid, uid8, job and claim (their UIDs), version (of what is written to). */
export const record: Effect.Effect<Recorded> = Effect.suspend(() => {
  const writes: Array<Write> = []
  return live(writes).pipe(
    Effect.flatMap((uids) => {
      const recorded = recordedOf(writes)
      if (recorded === undefined) return new UnexpectedWrites({ found: writes.map(sayWrite) })
      return Effect.succeed(withHoles(recorded, [
        [uids.run, "<<uid>>"],
        [uids.run.slice(0, 8), "<<uid8>>"],
        [uids.job, "<<job>>"],
        [uids.claim, "<<claim>>"],
        [`"namespace":"${namespace}"`, "\"namespace\":\"<<home>>\""],
        [/"resourceVersion":"\d+"/g, "\"resourceVersion\":\"<<version>>\""],
        [sample.name, "<<name>>"],
        [sample.service, "<<service>>"]
      ]))
    }),
    Effect.scoped,
    Effect.provide(world(writes)),
    Effect.provideService(References.MinimumLogLevel, "Warn"),
    Effect.orDie
  )
})
