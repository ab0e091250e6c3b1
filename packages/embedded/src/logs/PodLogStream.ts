/** `kubectl logs`: which container is meant, whether it has printed anything yet, and which of its lines are asked for. */
import type { PodLogOptions } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Container, Pod } from "@orchestrator/k8s/Objects"
import type { LogLine, PodLogs } from "@orchestrator/k8s/PodLogs"
import { DateTime, Effect, Option, Result, Stream } from "effect"
import { badRequest } from "../objects/Refusal.ts"

export const podLogStream = (
  logs: PodLogs["Service"],
  pod: Pod,
  options: PodLogOptions,
  nowMillis: number
): Stream.Stream<Uint8Array, KubernetesErrorReason> =>
  Stream.unwrap(Effect.gen(function*() {
    const container = yield* Effect.fromResult(containerOf(pod, options))
    const since = yield* Effect.fromResult(sinceOf(options, nowMillis))
    const key = { podUid: pod.metadata.uid ?? "", container }
    const wanted = ({ time }: LogLine) => since === undefined || millisOf(time) >= since
    const skipped = yield* skippedLines(
      logs.read(key, { follow: false }).pipe(Stream.filter(wanted)),
      options.tailLines
    )
    const bytes = logs.read(key, { follow: options.follow === true }).pipe(
      Stream.filter(wanted),
      Stream.drop(skipped),
      Stream.map(({ text, time }) => Buffer.from(options.timestamps === true ? `${time} ${text}\n` : `${text}\n`))
    )
    return options.limitBytes === undefined ? bytes : limited(bytes, options.limitBytes)
  }))

const names = (containers: ReadonlyArray<Container> = []) => containers.map(({ name }) => name)

const containerOf = (
  pod: Pod,
  { container, previous }: PodLogOptions
): Result.Result<string, KubernetesErrorReason> => {
  const own = names(pod.spec.containers)
  const init = names(pod.spec.initContainers)
  const byDefault = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"]
  const chosen = container ?? (own.length === 1 ? own[0] : byDefault)
  const name = pod.metadata.name ?? ""
  if (chosen === undefined) {
    const others = init.length === 0 ? "" : ` or one of the init containers: [${init.join(" ")}]`
    return Result.fail(
      badRequest(`a container name must be specified for pod ${name}, choose one of: [${own.join(" ")}]${others}`)
    )
  }
  if (![...own, ...init].includes(chosen)) {
    return Result.fail(
      badRequest(`container ${chosen} is not valid for pod ${name}: it has [${[...own, ...init].join(" ")}]`)
    )
  }
  if (previous === true) {
    return Result.fail(badRequest(`previous terminated container "${chosen}" in pod "${name}" not found`))
  }
  const waiting = waitingReason(pod, chosen)
  return waiting === undefined
    ? Result.succeed(chosen)
    : Result.fail(badRequest(`container "${chosen}" in pod "${name}" is waiting to start: ${waiting}`))
}

/** Undefined when the container has been started. */
const waitingReason = ({ status }: Pod, container: string): string | undefined => {
  const found = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .find(({ name }) => name === container)
  if (found === undefined) return status?.phase === "Pending" ? "PodInitializing" : undefined
  return found.state?.waiting === undefined ? undefined : found.state.waiting.reason ?? "ContainerCreating"
}

const millisOf = (time: string): number =>
  Option.match(DateTime.make(time), { onNone: () => Number.NaN, onSome: DateTime.toEpochMillis })

const sinceOf = (
  { limitBytes, sinceSeconds, sinceTime, tailLines }: PodLogOptions,
  nowMillis: number
): Result.Result<number | undefined, KubernetesErrorReason> => {
  if (tailLines !== undefined && tailLines < 0) return Result.fail(badRequest("tailLines must be 0 or more"))
  if (limitBytes !== undefined && limitBytes < 1) return Result.fail(badRequest("limitBytes must be 1 or more"))
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    return Result.fail(badRequest("at most one of sinceTime or sinceSeconds may be specified"))
  }
  if (sinceSeconds !== undefined) {
    return sinceSeconds < 1
      ? Result.fail(badRequest("sinceSeconds must be 1 or more"))
      : Result.succeed(nowMillis - sinceSeconds * 1000)
  }
  if (sinceTime === undefined) return Result.succeed(undefined)
  const since = millisOf(sinceTime)
  return Number.isNaN(since) ? Result.fail(badRequest(`sinceTime ${sinceTime} is no time`)) : Result.succeed(since)
}

/** How many lines come before the last that are asked for. */
const skippedLines = (lines: Stream.Stream<LogLine>, tailLines: number | undefined): Effect.Effect<number> =>
  tailLines === undefined
    ? Effect.succeed(0)
    : Effect.map(Stream.runCount(lines), (count) => Math.max(0, count - tailLines))

const limited = <E>(bytes: Stream.Stream<Uint8Array, E>, most: number): Stream.Stream<Uint8Array, E> =>
  Stream.suspend(() => {
    let left = most
    return bytes.pipe(
      Stream.takeWhile(() => left > 0),
      Stream.map((chunk) => {
        const part = chunk.subarray(0, left)
        left -= part.length
        return part
      })
    )
  })
