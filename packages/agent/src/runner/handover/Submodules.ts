/**
 * The submodules of the run's repository, fetched by whoever has the credentials: the pod's broker, or its parts in this process. Which
 * there are is read on the branch that the work starts from.
 */
import { runnerNames } from "@orchestrator/domain/PodEnvironment"
import { Context, Effect, FileSystem, Layer, Redacted, Schedule, Schema } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { BrokerGit } from "../../broker/git/BrokerGit.ts"
import { GitAccess } from "../../broker/git/GitAccess.ts"
import { makeSubmodules } from "../../broker/git/Submodules.ts"
import { BrokerConfig, type BrokerSettings } from "../../broker/services/BrokerConfig.ts"
import { Credentials } from "../../broker/services/Credentials.ts"
import { Git, type GitError, type GitFolders, type GitOptions } from "../../git/Git.ts"
import { Submodule } from "../../git/SubmoduleRules.ts"
import { brokerAccess } from "../../git/UpstreamAccess.ts"
import { Redaction } from "../../pod/Redact.ts"
import type { Endpoint } from "../services/Endpoint.ts"
import { RunnerConfig } from "../services/RunnerConfig.ts"

export class SubmodulesError extends Schema.TaggedError<SubmodulesError>()("SubmodulesError", {
  operation: Schema.Literals(["list", "know"]),
  reason: Schema.String
}) {
  override get message(): string {
    return `the submodules cannot be told: ${this.reason}`
  }
}

export class Submodules extends Context.Service<Submodules, {
  /** Those of a revision of the clone. With a broker, those of the branch that it decided on. */
  readonly list: (clone: GitFolders, revision: string) => Effect.Effect<ReadonlyArray<Submodule>, SubmodulesError>
  /** The address for the `origin` of one. */
  readonly origin: (module: Submodule) => string
  /** Brings one commit without its history. */
  readonly fetch: (module: Submodule, into: GitFolders, commit: string) => Effect.Effect<void, GitError>
  /** Whether others can have a commit of one. */
  readonly knows: (module: Submodule, commit: string) => Effect.Effect<boolean, SubmodulesError>
}>()("@orchestrator/agent/runner/handover/Submodules") {
  static readonly layerBroker = (endpoint: Endpoint) =>
    Layer.effect(
      Submodules,
      Effect.gen(function*() {
        const client = yield* HttpClient.HttpClient
        const origin = ({ id }: Submodule) => `${endpoint.url}/git/submodules/${id}.git`
        const get = <A>(
          operation: SubmodulesError["operation"],
          path: string,
          answer: Schema.ConstraintDecoder<A>,
          timeout: `${number} ${"minutes" | "seconds"}`
        ) =>
          client.execute(HttpClientRequest.bearerToken(HttpClientRequest.get(`${endpoint.url}${path}`), endpoint.token))
            .pipe(
              Effect.flatMap(({ status, text }) =>
                status === 200 ? text : Effect.fail({ message: `the broker answers ${status}` })
              ),
              Effect.flatMap(Schema.decodeEffect(Schema.fromJsonString(answer))),
              Effect.retry({ schedule: Schedule.spaced("1 second"), times: 3 }),
              Effect.timeout(timeout),
              Effect.mapError(({ message }) => new SubmodulesError({ operation, reason: message }))
            )
        return Submodules.of({
          list: () => get("list", "/run/submodules", Schema.Array(Submodule), "15 minutes"),
          origin,
          fetch: yield* fetching(origin, brokerAccess(endpoint)),
          knows: ({ id }, commit) =>
            Effect.map(
              get("know", `/run/submodules/${id}/${commit}`, Schema.Struct({ known: Schema.Boolean }), "5 minutes"),
              ({ known }) => known
            )
        })
      })
    )

  /** With the credentials of this process's environment and of the mounted ssh key. */
  static readonly layerDirect = (settings: BrokerSettings) =>
    Layer.effect(
      Submodules,
      Effect.gen(function*() {
        const access = yield* GitAccess
        const submodules = yield* makeSubmodules
        const take = ({ id }: Submodule, commit: string) => submodules.take(id, commit)
        const fetch = yield* fetching(({ id }) => submodules.folder(id) ?? "", {
          environment: { [runnerNames.gitAllowProtocol]: "file" }
        })
        return Submodules.of({
          list: ({ gitDir }, commit) =>
            submodules.list(Effect.succeed({
              environment: { ...access.local(), GIT_DIR: gitDir },
              commit,
              url: settings.git.targetUrl
            })),
          origin: ({ id }) => submodules.url(id),
          fetch: (module, into, commit) =>
            Effect.andThen(Effect.ignore(take(module, commit)), fetch(module, into, commit)),
          knows: (module, commit) =>
            Effect.mapError(take(module, commit), ({ reason }) => new SubmodulesError({ operation: "know", reason }))
        })
      })
    ).pipe(
      Layer.provide([GitAccess.layer, BrokerGit.layer]),
      Layer.provide(ownCredentials),
      Layer.provide(ownSettings(settings))
    )
}

/** What the broker's parts read of their container is here this process's. */
const ownSettings = (settings: BrokerSettings) =>
  Layer.effect(
    BrokerConfig,
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const { environment, roots } = yield* RunnerConfig
      const state = yield* fs.makeTempDirectoryScoped({ prefix: "submodules-" })
      return { ...settings, environment, files: { ...settings.files, state, ssh: roots.ssh } }
    })
  )

const ownCredentials = Layer.effect(
  Credentials,
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const { roots, token } = yield* RunnerConfig
    const read = (name: string) => fs.readFileString(`${roots.ssh}/${name}`).pipe(Effect.orElseSucceed(() => undefined))
    return Credentials.of({
      modelKey: () => Effect.undefined,
      signingKey: Effect.undefined,
      gitToken: Effect.succeed(token),
      sshKey: Effect.map(
        read("ssh-privatekey"),
        (key) => key === undefined ? undefined : Redacted.make(key.trim())
      ),
      knownHosts: Effect.map(read("known_hosts"), (text) => text ?? ""),
      guard: () => {},
      redact: yield* Redaction
    })
  })
)

/** Brings a commit from an address into a repository. */
const fetching = Effect.fnUntraced(function*(address: (module: Submodule) => string, access: GitOptions) {
  const git = yield* Git
  return Effect.fn("Submodules.fetch")(function*(module: Submodule, into: GitFolders, commit: string) {
    yield* git.run(into, [
      ...["fetch", "--quiet", "--force", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"],
      ...["--", address(module), `+${commit}:refs/orchestrator/submodule`]
    ], access)
  })
})
