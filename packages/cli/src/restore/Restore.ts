/**
 * `orchestrator restore`: makes the runs and claims of a backup again, in a cluster that may have an orchestrator at work. A run is made first,
 * and left alone by everybody until its status is there too. What is there already stays as it is, so a restore that was interrupted is
 * repeated.
 */
import { restoredAnnotation, tenantAnnotation } from "@orchestrator/domain/Labels"
import { originalUid } from "@orchestrator/domain/OriginalUid"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import { hasReason, isRetryable } from "@orchestrator/k8s/KubernetesError"
import { layerWith as liveClient } from "@orchestrator/k8s/live/LiveClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Console, Effect, Option, Schedule } from "effect"
import { CommandFailed } from "../connect/CommandFailed.ts"
import { readText } from "../submit/ReadText.ts"
import { readDocuments } from "./ReadDocuments.ts"
import { readBackup, type Restored, type RestoredClaim, type RestoredRun } from "./Restored.ts"

export interface RestoreInput {
  readonly files: ReadonlyArray<string>
  readonly namespace: Option.Option<string>
  readonly storageClass: Option.Option<string>
  readonly dryRun: boolean
  readonly kubeconfig: Option.Option<string>
  readonly context: Option.Option<string>
}

/** What has become of an object of the backup. */
export type Outcome =
  | { readonly tag: "restored" | "present" }
  | { readonly tag: "refused"; readonly why: string }

const restored: Outcome = { tag: "restored" }
const present: Outcome = { tag: "present" }

const patient = Schedule.exponential("200 millis").pipe(Schedule.upTo({ duration: "30 seconds" }))

const written = (dryRun: boolean) => ({ dryRun, fieldValidation: "Strict" as const })

const restoreRun = Effect.fnUntraced(function*({ kind, object, status }: RestoredRun, dryRun: boolean) {
  const client = yield* KubernetesClient
  const { name = "", namespace } = object.metadata
  const writeStatus = (run: CustomObject) => client.replaceStatus(kind, { ...run, status }, written(dryRun))

  const there = client.get(kind, { name, namespace }).pipe(Effect.flatMap((run) => {
    if (originalUid(run) === status["originalUid"]) return Effect.succeed(present)
    const isHalf = run.metadata.annotations?.[restoredAnnotation] === status["originalUid"] &&
      run.status?.["originalUid"] === undefined
    return isHalf
      ? Effect.as(writeStatus(run), restored)
      : Effect.succeed<Outcome>({ tag: "refused", why: "another run has this name: delete it, or leave this one out" })
  }))

  return yield* client.create(kind, object, written(dryRun)).pipe(
    Effect.flatMap((run) => dryRun ? Effect.succeed(restored) : Effect.as(writeStatus(run), restored)),
    // Somebody put a label on it meanwhile, or made it before.
    Effect.catchIf(hasReason("AlreadyExists", "Conflict"), () => there)
  )
})

const restoreClaim = Effect.fnUntraced(function*({ object }: RestoredClaim, dryRun: boolean) {
  const client = yield* KubernetesClient
  const { annotations, name = "", namespace } = object.metadata
  return yield* client.create(PersistentVolumeClaimKind, object, written(dryRun)).pipe(
    Effect.as(restored),
    Effect.catchIf(
      hasReason("AlreadyExists"),
      () =>
        Effect.map(
          client.get(PersistentVolumeClaimKind, { name, namespace }),
          ({ metadata }): Outcome =>
            metadata.annotations?.[tenantAnnotation] === annotations?.[tenantAnnotation]
              ? present
              : { tag: "refused", why: "another claim has this name: its workspace gets one of its own" }
        )
    )
  )
})

const nameOf = (each: Restored): string =>
  `${each.tag === "run" ? each.kind.kind.toLowerCase() : "persistentvolumeclaim"}/${each.object.metadata.name}`

const stateOf = (each: Restored): string => each.tag === "run" ? ` (${each.status["phase"] ?? "not begun"})` : ""

const line = (each: Restored, outcome: Outcome, dryRun: boolean): string => {
  switch (outcome.tag) {
    case "restored":
      return `${nameOf(each)} ${dryRun ? "would be restored" : "restored"}${stateOf(each)}`
    case "present":
      return `${nameOf(each)} is there already`
    case "refused":
      return `${nameOf(each)} not restored: ${outcome.why}`
  }
}

/** One after the other, so that their order in the line stays. */
export const restoreAll = Effect.fn("Restore.restoreAll")(function*(all: ReadonlyArray<Restored>, dryRun: boolean) {
  const outcomes = yield* Effect.forEach(
    all,
    (each) =>
      (each.tag === "run" ? restoreRun(each, dryRun) : restoreClaim(each, dryRun)).pipe(
        Effect.retry({ while: isRetryable, schedule: patient }),
        Effect.catch(({ message }) => Effect.succeed<Outcome>({ tag: "refused", why: message })),
        Effect.tap((outcome) => Console.log(line(each, outcome, dryRun)))
      )
  )
  const count = (tag: Outcome["tag"]) => outcomes.filter((outcome) => outcome.tag === tag).length
  const refused = count("refused")
  const words = `${count("restored")} ${dryRun ? "to restore" : "restored"}, ${count("present")} there already`
  if (refused > 0) return yield* new CommandFailed({ message: `${words}, ${refused} not restored: see above` })
  yield* Console.log(words)
})

const readFiles = Effect.fnUntraced(function*({ files, namespace, storageClass }: RestoreInput) {
  const documents = yield* Effect.forEach(
    files,
    (file) => Effect.flatMap(readText(file, "a backup"), (text) => Effect.fromResult(readDocuments(text, file)))
  )
  return yield* Effect.fromResult(readBackup(documents.flat(), files.join(", "), {
    namespace: Option.getOrUndefined(namespace),
    storageClass: Option.getOrUndefined(storageClass)
  }))
}, Effect.mapError((error) => typeof error === "string" ? new CommandFailed({ message: error }) : error))

export const restore = (input: RestoreInput) =>
  Effect.flatMap(readFiles(input), (all) => restoreAll(all, input.dryRun)).pipe(
    Effect.provide(liveClient({
      kubeconfig: Option.getOrUndefined(input.kubeconfig),
      context: Option.getOrUndefined(input.context)
    }))
  )
