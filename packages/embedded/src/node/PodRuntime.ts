/**
 * What a container runtime does for a kubelet. The kubelet actor decides (order of containers, grace, statuses); a runtime only runs
 * one container and says how it ended.
 */
import type { Container, Pod } from "@orchestrator/k8s/Objects"
import { Context, type Effect, Schema, type Scope } from "effect"

/** Why a container cannot be started, in the kubelet's words: `ErrImagePull`, `CreateContainerConfigError`, ... */
export class StartRefused extends Schema.TaggedError<StartRefused>()("StartRefused", {
  reason: Schema.String,
  message: Schema.String,
  /** Whether trying again later may help (the kubelet backs off) or the pod fails. */
  retry: Schema.Boolean
}) {}

export interface ContainerExit {
  /** 128 + signal when a signal ended it. */
  readonly exitCode: number
  /** `Completed`, `Error`, `OOMKilled`, ... */
  readonly reason: string
  /** Content of the termination message file, at most 4,096 bytes; absent when empty. */
  readonly message?: string
}

export interface RunningContainer {
  /** Resolves once, when the container has ended and all of its processes are gone. */
  readonly exit: Effect.Effect<ContainerExit>
  /** SIGTERM now, SIGKILL when the grace is over. Returns at once. */
  readonly stop: (graceSeconds: number) => Effect.Effect<void>
}

/** A container with everything that its pod's objects say, resolved. */
export interface ContainerRequest {
  readonly pod: Pod
  readonly container: Container
  /** Values of `env`, with secretKeyRef, configMapKeyRef and fieldRef resolved. */
  readonly env: Readonly<Record<string, string>>
  /** Files of ConfigMap and Secret volumes by volume name, then by path within the volume. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, VolumeFile>>
}

export interface VolumeFile {
  readonly bytes: Uint8Array
  readonly mode: number
}

export class PodRuntime extends Context.Service<PodRuntime, {
  /** Starts the container. Leaving the scope kills what is left of it. Output goes to PodLogs. */
  readonly start: (request: ContainerRequest) => Effect.Effect<RunningContainer, StartRefused, Scope.Scope>
  /** Called when the pod is gone: ephemeral volumes may be removed. Claims stay. */
  readonly forget: (pod: Pod) => Effect.Effect<void>
}>()("@orchestrator/embedded/node/PodRuntime") {}
