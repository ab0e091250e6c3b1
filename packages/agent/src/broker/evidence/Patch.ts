/** What the run delivered, as a patch: from the broker's own repository, which no setting, filter or attribute of the agent's reaches. */
import { Context, Effect, Layer, Stream } from "effect"
import { BrokerGit } from "../git/BrokerGit.ts"
import { Mirror } from "../git/Mirror.ts"
import { Target } from "../git/Target.ts"
import { BrokerReport } from "../services/BrokerReport.ts"
import { Credentials } from "../services/Credentials.ts"

const largestPatch = 16 * 1_048_576

const takesAtMost = "30 seconds"

export class Patch extends Context.Service<Patch, {
  /** Of what is on the remote now; undefined where nothing was delivered, or it cannot be told. */
  readonly read: Effect.Effect<string | undefined>
}>()("@orchestrator/agent/broker/evidence/Patch") {
  static readonly layer = Layer.effect(
    Patch,
    Effect.gen(function*() {
      const brokerReport = yield* BrokerReport
      const git = yield* BrokerGit
      const mirror = yield* Mirror
      const target = yield* Target
      const { redact } = yield* Credentials

      const read = Effect.gen(function*() {
        const { delivery } = yield* brokerReport.read
        if (delivery?.headCommit === undefined || !delivery.changed) return undefined
        const { base } = yield* target.current
        const words = [
          "diff",
          "--no-ext-diff",
          "--no-textconv",
          "--no-color",
          "--full-index",
          "--binary",
          "--submodule=short"
        ]
        const decoder = new TextDecoder()
        let size = 0
        const parts = yield* git.stream({
          args: [...words, `refs/heads/${base}...${delivery.headCommit}`, "--"],
          environment: { ...(yield* mirror.environment("target")), GIT_DIR: mirror.folder("target") }
        }).pipe(
          Stream.takeUntil((bytes) => (size += bytes.length) > largestPatch),
          Stream.map((bytes) => decoder.decode(bytes, { stream: true })),
          Stream.runCollect
        )
        const patch = redact(parts.join(""))
        return size > largestPatch
          ? `${patch.slice(0, largestPatch)}\n# The rest is left out: a patch is kept up to ${
            largestPatch / 1_048_576
          } MiB.\n`
          : patch
      })

      return Patch.of({
        read: read.pipe(
          Effect.timeout(takesAtMost),
          Effect.catch((error) => Effect.as(Effect.logWarning(`no patch is kept: ${error.message}`), undefined))
        )
      })
    })
  )
}
