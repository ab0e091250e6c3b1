/**
 * How the agent's git signs as it commits: settings of the clone alone, since the tests of many projects make repositories and identities of
 * their own. What is committed otherwise is signed before it is pushed.
 */
import { shellWord } from "@orchestrator/domain/ShellWord"
import { Context, Effect, FileSystem, Layer } from "effect"
import { Git } from "../../git/Git.ts"
import { isAtLeast } from "../Commands.ts"
import type { Endpoint } from "../services/Endpoint.ts"

export interface CloneSigning {
  readonly program: string
  /** File with the public key. */
  readonly key: string
}

/** Undefined where the agent's git does not sign. */
export const CloneSigning = Context.Reference<CloneSigning | undefined>(
  "@orchestrator/agent/runner/sign/CloneSigning",
  {
    defaultValue: () => undefined
  }
)

/** Words that start this program anew. */
export const OwnCommand = Context.Reference<ReadonlyArray<string>>("@orchestrator/agent/runner/sign/OwnCommand", {
  defaultValue: () => []
})

/** Checking a signature needs no broker. */
const script = (command: ReadonlyArray<string>, endpointFile: string): string =>
  [
    "#!/bin/sh",
    "[ \"$1 $2\" = \"-Y sign\" ] || exec ssh-keygen \"$@\"",
    `exec ${[...command, "sign", endpointFile].map(shellWord).join(" ")} "$@"`,
    ""
  ].join("\n")

export const layerCloneSigning = (endpoint: Endpoint, endpointFile: string) =>
  Layer.effect(
    CloneSigning,
    Effect.gen(function*() {
      const command = yield* OwnCommand
      if (endpoint.signingKey === undefined || command.length === 0) return undefined
      const git = yield* Git
      const fs = yield* FileSystem.FileSystem
      const version = (yield* git.run(undefined, ["version"])).trim()
      if (!isAtLeast(version, 2, 34)) {
        yield* Effect.logWarning(
          `the agent's image has ${version}, which cannot sign by ssh: commits are signed at the end`
        )
        return undefined
      }
      const folder = yield* fs.makeTempDirectoryScoped({ prefix: "sign-" })
      const made: CloneSigning = { program: `${folder}/sign`, key: `${folder}/key.pub` }
      yield* fs.writeFileString(made.program, script(command, endpointFile), { mode: 0o755 })
      yield* fs.writeFileString(made.key, `${endpoint.signingKey}\n`)
      return made
    }).pipe(Effect.catch(({ message }) =>
      Effect.as(Effect.logWarning(`the agent's git cannot sign: ${message}; commits are signed at the end`), undefined)
    ))
  )
