/** What is outside of a pod: remotes, a forge, a model, and the folders that outlive one attempt. */
import { sessionId } from "@orchestrator/domain/Session"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Script, type ScriptedModel, scriptedModel } from "../../../../tools/agent/ScriptedModel.ts"
import { type GitHub, gitHub } from "../fixtures/github/GitHub.ts"
import { demoRemotes, type Remotes, removeFolder, tempFolder } from "../fixtures/Remotes.ts"

/** Secrets that only the broker, the model's API and the remotes may see. */
export const secrets = {
  apiKey: "sk-ant-fake-key-of-a-test-0123456789",
  token: "fake-forge-token-of-a-test-4711"
} as const

export const modelName = "claude-sonnet-4-20250514"
export const branch = "feature/task-1-implementation"

export interface World {
  readonly folder: string
  /** Begins with 3f9c2a1b. */
  readonly uid: string
  readonly remotes: Remotes
  readonly gitHub: GitHub
  readonly model: ScriptedModel
  readonly workspace: string
  /** The agent's working tree. */
  readonly clone: string
}

/** Session of an attempt. */
export const sessionOf = ({ uid }: World, attempt: number): string => sessionId(uid, attempt)

/** What the model was sent first by the attempt that was started last. */
export const opening = ({ model }: World) => model.turns.findLast(({ index }) => index === 0)?.texts.join("\n") ?? ""

/** A world of its own for a test, with the demo's repositories and this script for the model. */
export const makeWorld = Effect.fnUntraced(function*(script: Script) {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(tempFolder),
    (made) => Effect.sync(() => removeFolder(made))
  )
  const remotes = demoRemotes(join(folder, "remotes"))
  for (const name of ["credentials", "ssh", "workspace"]) mkdirSync(join(folder, name))
  for (const maker of ["anthropic", "google", "openai"]) {
    writeFileSync(join(folder, "credentials", `${maker}-api-key`), `${secrets.apiKey}\n`)
  }
  writeFileSync(join(folder, "credentials", "github-token"), `${secrets.token}\n`)
  const world: World = {
    folder,
    uid: `3f9c2a1b-1111-4222-8333-${randomBytes(6).toString("hex")}`,
    remotes,
    gitHub: yield* gitHub({
      token: secrets.token,
      repositories: { "acme/target": remotes.target, "acme/docs": remotes.docs }
    }),
    model: yield* scriptedModel(script),
    workspace: join(folder, "workspace"),
    clone: join(folder, "workspace", "target-repo")
  }
  return world
})
