/**
 * The evidence of the attempt, put where it stays once the agent has ended: a bucket, or a folder that is this attempt's alone. Tried again
 * for as long as the pod's grace lets it; when it fails that is reported, and changes nothing else.
 */
import type { BrokerResult } from "@orchestrator/domain/BrokerResult"
import type { EvidenceFile } from "@orchestrator/domain/Evidence"
import { Context, Duration, Effect, FileSystem, Layer, Option, Result, Schedule, Schema } from "effect"
import type { BucketError } from "../../bucket/Bucket.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { BrokerReport } from "../services/BrokerReport.ts"
import { Credentials } from "../services/Credentials.ts"
import { keptFiles } from "./Kept.ts"
import { Patch } from "./Patch.ts"

interface Failure {
  readonly message: string
  readonly transient: boolean
}

/** Puts a file of the attempt to its place. */
type Put = (file: EvidenceFile, bytes: Uint8Array) => Effect.Effect<void, Failure>

const types: Readonly<Record<EvidenceFile, string>> = {
  "log.txt": "text/plain; charset=utf-8",
  "transcript.jsonl": "application/x-ndjson",
  "result.json": "application/json",
  "diff.patch": "text/x-diff; charset=utf-8"
}

const notDone = "the broker was ended before it was done"
const withoutProblem = ({ evidenceProblem: _, ...result }: BrokerResult): BrokerResult => result

const again = Schedule.min([Schedule.exponential(Duration.millis(250)), Schedule.spaced("5 seconds")])

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))

/** Both sides, each under its name: what the runner told, and what the broker has seen. */
const resultText = (agent: string | undefined, broker: BrokerResult): string =>
  `${JSON.stringify({ agent: Option.getOrNull(parse(agent)), broker }, undefined, 2)}\n`

export class Keeping extends Context.Service<Keeping, {
  /** Ends within its share of the grace. */
  readonly keep: Effect.Effect<void>
}>()("@orchestrator/agent/broker/evidence/Keeping") {
  static readonly layer = Layer.effect(
    Keeping,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { evidence: { bucket: place, folder, key }, files, graceSeconds } = yield* BrokerConfig
      const { bucketKey, redact } = yield* Credentials
      const brokerReport = yield* BrokerReport
      const patch = yield* Patch
      const paths = keptFiles(files.state)
      const takesAtMost = Duration.seconds(Math.max(5, graceSeconds / 4))

      const bucketPut = Effect.fnUntraced(function*() {
        if (place === undefined) return undefined
        const { makeBucket } = yield* Effect.promise(() => import("../../bucket/Bucket.ts"))
        const bucket = yield* makeBucket(
          place,
          Effect.map(bucketKey, (found) =>
            Result.fromOption(
              Option.fromUndefinedOr(found),
              () => "the Secret of evidence.bucket.writerSecret has no AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY"
            ))
        )
        const put: Put = (file, bytes) =>
          bucket.put(`${key}/${file}`, bytes, types[file]).pipe(
            Effect.mapError(({ message, transient }: BucketError): Failure => ({ message, transient }))
          )
        return put
      })

      const folderPut: Put | undefined = folder === undefined ?
        undefined :
        (file, bytes) =>
          fs.writeFile(`${folder}/.${file}`, bytes, { mode: 0o640 }).pipe(
            Effect.andThen(fs.rename(`${folder}/.${file}`, `${folder}/${file}`)),
            Effect.mapError(({ message }): Failure => ({ message, transient: false }))
          )

      const put = (yield* bucketPut()) ?? folderPut

      /** A file that is full has become `.old`, and begins anew. */
      const whole = Effect.fnUntraced(function*(path: string) {
        const old = yield* fs.readFileString(`${path}.old`).pipe(Effect.orElseSucceed(() => ""))
        const newest = yield* fs.readFileString(path).pipe(Effect.orElseSucceed(() => ""))
        return `${old}${newest}`
      })

      const gathered = Effect.gen(function*() {
        const agent = yield* fs.readFileString(paths.result).pipe(Effect.orElseSucceed(() => undefined))
        const diff = yield* patch.read
        const texts: ReadonlyArray<readonly [EvidenceFile, string]> = [
          ["log.txt", yield* whole(paths.log)],
          ["transcript.jsonl", yield* whole(paths.transcript)],
          ["result.json", resultText(agent, withoutProblem(yield* brokerReport.read))],
          ...(diff === undefined ? [] : [["diff.patch", diff] as const])
        ]
        return texts
      })

      /** What the last request that was refused or lost has said. */
      let last: string | undefined

      const keep = Effect.gen(function*() {
        if (put === undefined) return
        // Should the broker be killed meanwhile, this is what it has said.
        yield* brokerReport.update((result) => ({ ...result, evidenceProblem: notDone }))
        const texts = yield* gathered
        const files = texts.map(([file, text]) => [file, new TextEncoder().encode(text)] as const)
        yield* Effect.forEach(files, ([file, bytes]) =>
          put(file, bytes).pipe(
            // Tried again until there is no time left: the report then has what kept it.
            Effect.tapError(({ message }) =>
              Effect.andThen(
                Effect.sync(() => void (last = message)),
                brokerReport.update((result) => ({ ...result, evidenceProblem: redact(message) }))
              )
            ),
            Effect.retry({ schedule: again, while: ({ transient }) => transient })
          ), { discard: true })
        const evidenceBytes = files.reduce((sum, [, { length }]) => sum + length, 0)
        yield* brokerReport.update((result) => ({ ...withoutProblem(result), evidenceBytes }))
        yield* Effect.log(`the evidence of this attempt is at ${key}`)
      })

      return Keeping.of({
        keep: keep.pipe(
          Effect.timeoutOrElse({
            duration: takesAtMost,
            orElse: () =>
              Effect.fail({
                message: `not done within ${Duration.toSeconds(takesAtMost)} s${last === undefined ? "" : `: ${last}`}`,
                transient: true
              })
          }),
          Effect.catch(({ message }) => {
            const problem = redact(message)
            return Effect.andThen(
              Effect.logWarning(`the evidence of this attempt is not kept: ${problem}`),
              brokerReport.update((result) => ({ ...result, evidenceProblem: problem }))
            )
          })
        )
      })
    })
  )
}
