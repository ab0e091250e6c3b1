/** A transcript that is several files, put away and brought back as one. */
import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { sessionId } from "@orchestrator/domain/Session"
import { Effect, Result } from "effect"
import { mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { opencode } from "../../../src/agents/opencode/OpencodeCli.ts"
import { databaseName } from "../../../src/agents/opencode/Traces.ts"
import { decodeSettings } from "../../../src/runner/Settings.ts"
import { renewWorkspace } from "../../../src/runner/workspace/RenewWorkspace.ts"
import { removeFolder, tempFolder } from "../../fixtures/Remotes.ts"

const uid = "3f9c2a1b-1111-4222-8333-444455556666"
const name = databaseName("/w")
const row = "ses_0a1b2c3d4e5fAbCdEfGhIjKlMn"

const renew = (workspace: string, version: number) =>
  renewWorkspace(Result.getOrThrow(decodeSettings({
    TASK_TYPE: "code",
    TASK_ID: "7",
    SERVICE_NAME: "api",
    MODEL: "claude-x",
    GITHUB_USER: "robo-dev",
    REPOSITORY_URL: "https://github.com/acme/api.git",
    DOCS_REPOSITORY_URL: "https://github.com/acme/docs.git",
    RUN_NAME: "run",
    RUN_UID: uid,
    ORCHESTRATOR_AGENT_NAME: "opencode",
    ATTEMPT: String(version),
    SESSION_ID: sessionId(uid, version),
    RESUME_SESSION: "true",
    WORKSPACE_DIR: workspace
  }, opencode))).pipe(Effect.provide(NodeServices.layer))

it.effect("comes back whole where only its log has the session, and without what stood beside it", () =>
  Effect.gen(function*() {
    const workspace = tempFolder()
    const home = join(workspace, ".opencode/homes", sessionId(uid, 1))
    mkdirSync(home, { recursive: true })
    for (
      const [file, text] of [[name, "SQLite"], [`${name}-wal`, row], [`${name}-shm`, row], ["config", "evil"]] as const
    ) {
      writeFileSync(join(home, file), text)
    }
    yield* renew(workspace, 2)
    assert.sameMembers(readdirSync(home), [name, `${name}-wal`])
    assert.strictEqual(readFileSync(join(home, `${name}-wal`), "utf8"), row)
    // It is put away and brought back again.
    yield* renew(workspace, 2)
    assert.sameMembers(readdirSync(home), [name, `${name}-wal`])
    // A log of another time would be taken for the database's own.
    const archive = join(workspace, ".orchestrator/sessions", sessionId(uid, 1))
    mkdirSync(archive, { recursive: true })
    writeFileSync(join(archive, `${name}-wal`), row)
    unlinkSync(join(home, `${name}-wal`))
    writeFileSync(join(home, name), row)
    yield* renew(workspace, 2)
    assert.sameMembers(readdirSync(home), [name])
    removeFolder(workspace)
  }))
