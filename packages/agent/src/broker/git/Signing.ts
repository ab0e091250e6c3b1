/**
 * Signs the run's commits with an ssh key that no other container has. `ssh-keygen` does it, from a copy of the key in the broker's own
 * folder, for the namespace `git` and no other.
 */
import { Context, Effect, FileSystem, Layer, Redacted, Schema, Semaphore, Stream } from "effect"
import { ChildProcess, ChildProcessSpawner } from "effect/process"
import { lastWords } from "../../git/Git.ts"
import { identityOf } from "../../git/GitSettings.ts"
import { outputOf } from "../../pod/ProcessOutput.ts"
import { BrokerConfig } from "../services/BrokerConfig.ts"
import { Credentials } from "../services/Credentials.ts"
import { signRefusal } from "./SignRules.ts"

export class SignError extends Schema.TaggedError<SignError>()("SignError", {
  operation: Schema.Literals(["open", "sign"]),
  /** Whether another commit would be signed. */
  refused: Schema.Boolean,
  reason: Schema.String
}) {
  override get message(): string {
    return this.operation === "open"
      ? `the key in the Secret of git.signing cannot be used: ${this.reason}; it must be an OpenSSH private key without a passphrase`
      : this.reason
  }
}

export interface Signer {
  /** As in an `authorized_keys` file, without a comment. */
  readonly publicKey: string
  /** An armored signature. */
  readonly sign: (commit: Uint8Array) => Effect.Effect<string, SignError>
}

/** Nobody is asked for a passphrase. */
const quiet = { LC_ALL: "C", HOME: "/nonexistent", SSH_ASKPASS_REQUIRE: "never" }

export class Signing extends Context.Service<Signing, {
  /** Undefined where the installation signs nothing. */
  readonly signer: Signer | undefined
}>()("@orchestrator/agent/broker/git/Signing") {
  static readonly layer = Layer.effect(
    Signing,
    Effect.gen(function*() {
      const { environment, files, git: { signCommitsOf } } = yield* BrokerConfig
      if (signCommitsOf === undefined) return Signing.of({ signer: undefined })
      const fs = yield* FileSystem.FileSystem
      const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
      const { redact, signingKey } = yield* Credentials
      const committer = identityOf(signCommitsOf)
      const keyFile = `${files.state}/signing-key`

      const keygen = Effect.fnUntraced(
        function*(operation: SignError["operation"], args: ReadonlyArray<string>, input?: Uint8Array) {
          const handle = yield* spawner.spawn(ChildProcess.make("ssh-keygen", args, {
            env: { ...quiet, PATH: environment["PATH"] ?? "" },
            stdin: input === undefined ? "ignore" : Stream.succeed(input)
          }))
          const { exitCode, stderr, stdout } = yield* outputOf(handle)
          if (exitCode === 0) return stdout
          return yield* new SignError({ operation, refused: false, reason: lastWords(stderr, redact) || "no word" })
        },
        Effect.scoped,
        Effect.catchTag(
          "PlatformError",
          ({ message }) => Effect.fail(new SignError({ operation: "sign", refused: false, reason: redact(message) }))
        )
      )

      /** ssh wants a key that nobody else can read and that ends in a newline; a mounted Secret may be neither. */
      const placeKey = Effect.gen(function*() {
        const key = yield* signingKey
        if (key === undefined) {
          return yield* new SignError({ operation: "open", refused: false, reason: "it is empty or not there" })
        }
        yield* fs.remove(keyFile, { force: true }).pipe(
          Effect.andThen(fs.writeFileString(keyFile, `${Redacted.value(key)}\n`, { mode: 0o600 })),
          Effect.orDie
        )
      })
      yield* placeKey
      const publicKey = (yield* keygen("open", ["-y", "-P", "", "-f", keyFile])).trim().split(" ").slice(0, 2).join(" ")
      yield* Effect.log(`commits of ${committer.name} are signed with ${publicKey}`)
      const turn = yield* Semaphore.make(1)

      return Signing.of({
        signer: {
          publicKey,
          sign: Effect.fn("Signing.sign")(function*(commit) {
            const reason = signRefusal(commit, committer)
            if (reason !== undefined) return yield* new SignError({ operation: "sign", refused: true, reason })
            return yield* keygen("sign", ["-q", "-Y", "sign", "-n", "git", "-f", keyFile], commit)
          }, turn.withPermit)
        }
      })
    })
  )
}
