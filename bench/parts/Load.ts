/** Runs that come at a steady rate, and when all of them are over. */
import { CodeRunKind, JobKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { Effect, Schedule, Schema } from "effect"
import { codeRun } from "./Recorded.ts"
import { serviceOf, type Site } from "./Site.ts"

interface Load {
  /** Number of the first. */
  readonly first: number
  readonly count: number
  /** Runs a second. */
  readonly rate: number
}

/** Each has its moment, however long those before it take to be accepted. */
export const submit = Effect.fnUntraced(function*({ namespace }: Site, { count, first, rate }: Load) {
  const client = yield* KubernetesClient
  const create = (index: number) => client.create(CodeRunKind, codeRun(namespace, `run-${index}`, serviceOf(index)))
  yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) => Effect.delay(create(first + index), `${index * 1000 / rate} millis`),
    { concurrency: "unbounded", discard: true }
  )
})

class StillThere extends Schema.TaggedError<StillThere>()("StillThere", { names: Schema.Array(Schema.String) }) {
  override get message(): string {
    return `expected every run to succeed and every Job to go, found ${this.names.join(", ")}`
  }
}

/** Until every run has succeeded and every Job is gone. */
export const over = Effect.fnUntraced(function*({ namespace }: Site) {
  const client = yield* KubernetesClient
  const left = Effect.all([
    client.list(CodeRunKind, { namespace, limit: 1, fieldSelector: "status.phase!=Succeeded" }),
    client.list(JobKind, { namespace, limit: 1 })
  ])
  yield* left.pipe(
    Effect.filterOrFail(
      (lists) => lists.every(({ items }) => items.length === 0),
      (lists) =>
        new StillThere({ names: lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name ?? "")) })
    ),
    Effect.retry({ schedule: Schedule.spaced("250 millis"), times: 2400 })
  )
})
