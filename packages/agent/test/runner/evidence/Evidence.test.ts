/** What an attempt leaves on the workspace. */
import { NodeServices } from "@effect/platform-node"
import { afterAll, afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { cappedFile } from "../../../src/pod/CappedFile.ts"
import { openEvidence } from "../../../src/runner/evidence/Evidence.ts"
import { fakeClaude } from "../../fixtures/FakeClaude.ts"
import { git, removeFolder, tempFolder } from "../../fixtures/Remotes.ts"
import { codeRun, execute, removeShared, surroundings, token } from "../../fixtures/Run.ts"

let folder: string
beforeEach(() => {
  folder = tempFolder()
})
afterEach(() => removeFolder(folder))
afterAll(removeShared)

describe("evidence", () => {
  it.live("is the stream, the log and the result of a run, without its secrets, and not the repository's", () =>
    Effect.gen(function*() {
      const around = surroundings()
      const agent = fakeClaude(join(folder, "agent"), "keep\ninit\nsay \"$GH_TOKEN\"\necho x > x.txt\ndone_\n")
      const { log } = yield* execute(codeRun(around, {}, agent))
      const kept = join(around.workspace, ".orchestrator", around.uid, "1")
      const read = (name: string) => readFileSync(join(kept, name), "utf8")
      assert.sameMembers(readdirSync(kept), ["stream.jsonl", "transcript.jsonl", "log", "result.json", "diff.patch"])
      assert.deepStrictEqual(
        read("stream.jsonl").trim().split("\n").map((line) => JSON.parse(line).type),
        ["system", "assistant", "result"]
      )
      assert.strictEqual(JSON.parse(read("result.json")).outcome, "Completed")
      const timed = read("log").trim().split("\n").map((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z (.*)$/.exec(line)?.[1])
      assert.deepStrictEqual(timed, log.flatMap((line) => line.split("\n")))
      assert.deepStrictEqual(
        read("transcript.jsonl").trim().split("\n").map((line) => JSON.parse(line).type),
        ["message", "session", "message", "result"]
      )
      assert.include(log.at(-2) ?? "", kept)
      assert.match(log.at(-1) ?? "", /Completed: Done\./)
      assert.include(read("stream.jsonl"), "***")
      for (const name of readdirSync(kept)) assert.notInclude(read(name), token)
      assert.strictEqual(git(around.clone, "status", "--porcelain"), "")
      removeFolder(around.folder)
    }))

  it.effect("of old attempts goes when there are ten newer ones", () =>
    Effect.gen(function*() {
      const root = join(folder, ".orchestrator")
      for (let number = 1; number <= 12; number++) {
        const attempt = join(root, number === 1 ? "first" : "run", String(number))
        mkdirSync(attempt, { recursive: true })
        writeFileSync(join(attempt, "log"), "x")
        utimesSync(attempt, number, number)
      }
      writeFileSync(join(root, "state.json"), "{}")
      yield* openEvidence({ WORKSPACE_DIR: folder, RUN_UID: "run", ATTEMPT: "13" })
      assert.deepStrictEqual(readdirSync(root).sort(), ["run", "state.json"])
      assert.sameMembers(readdirSync(join(root, "run")), ["4", "5", "6", "7", "8", "9", "10", "11", "12", "13"])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("of old attempts goes after its days, and when all of it is too much", () =>
    Effect.gen(function*() {
      const day = 86_400_000
      yield* TestClock.setTime(100 * day)
      const put = (number: number, ageDays: number, bytes: number) => {
        const attempt = join(folder, ".orchestrator", "run", String(number))
        mkdirSync(attempt, { recursive: true })
        writeFileSync(join(attempt, "log"), "")
        truncateSync(join(attempt, "log"), bytes)
        utimesSync(attempt, (100 - ageDays) * day / 1000, (100 - ageDays) * day / 1000)
      }
      const left = () => readdirSync(join(folder, ".orchestrator", "run")).map(Number).sort((a, b) => a - b)
      const open = (days: string) =>
        openEvidence({ WORKSPACE_DIR: folder, RUN_UID: "run", ATTEMPT: "9", ORCHESTRATOR_EVIDENCE_DAYS: days })
      put(1, 50, 10)
      put(2, 20, 400_000_000)
      put(3, 10, 400_000_000)
      yield* open("40")
      assert.deepStrictEqual(left(), [3, 9])
      yield* open("0")
      assert.deepStrictEqual(left(), [3, 9])
      yield* open("5")
      assert.deepStrictEqual(left(), [9])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("of an attempt that was taken up again by itself is beside that of the first try, and goes like it", () =>
    Effect.gen(function*() {
      const open = (retry: Readonly<Record<string, string>>) =>
        openEvidence({ WORKSPACE_DIR: folder, RUN_UID: "run", ATTEMPT: "2", ...retry })
      const first = yield* open({})
      writeFileSync(join(first?.folder ?? "", "log"), "why the first try was lost")
      for (let retry = 1; retry <= 3; retry++) yield* open({ ATTEMPT_RETRY: String(retry) })
      const root = join(folder, ".orchestrator", "run")
      assert.sameMembers(readdirSync(root), ["2", "2-r1", "2-r2", "2-r3"])
      assert.strictEqual(readFileSync(join(root, "2", "log"), "utf8"), "why the first try was lost")
      for (let retry = 4; retry <= 12; retry++) yield* open({ ATTEMPT_RETRY: String(retry) })
      assert.lengthOf(readdirSync(root), 10)
      assert.isUndefined(yield* open({ ATTEMPT_RETRY: "../1" }))
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("neither counts nor removes what was put away of the work", () =>
    Effect.gen(function*() {
      const kept = join(folder, ".orchestrator", "kept")
      for (let each = 0; each < 30; each++) mkdirSync(join(kept, String(1_700_000_000_000 + each)), { recursive: true })
      for (let attempt = 1; attempt <= 3; attempt++) {
        assert.isDefined(yield* openEvidence({ WORKSPACE_DIR: folder, RUN_UID: "run", ATTEMPT: String(attempt) }))
      }
      assert.lengthOf(readdirSync(kept), 30)
      assert.sameMembers(readdirSync(join(folder, ".orchestrator", "run")), ["1", "2", "3"])
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("is not kept where it cannot be, and the run goes on", () =>
    Effect.gen(function*() {
      const nowhere = join(folder, "nowhere")
      assert.isUndefined(yield* openEvidence({ WORKSPACE_DIR: nowhere, RUN_UID: "run", ATTEMPT: "1" }))
      assert.isUndefined(yield* openEvidence({ WORKSPACE_DIR: folder, RUN_UID: "../..", ATTEMPT: "1" }))
      assert.isUndefined(yield* openEvidence({ WORKSPACE_DIR: folder, ATTEMPT: "1" }))
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("has the place of whatever stands in its way", () =>
    Effect.gen(function*() {
      writeFileSync(join(folder, ".orchestrator"), "a file of somebody's")
      assert.isDefined(yield* openEvidence({ WORKSPACE_DIR: folder, RUN_UID: "run", ATTEMPT: "1" }))
    }).pipe(Effect.provide(NodeServices.layer)))

  it.effect("keeps the newest of what would be too much", () =>
    Effect.gen(function*() {
      const path = join(folder, "log")
      const file = yield* cappedFile(path, 20)
      for (const word of ["one", "two", "three", "four", "five", "six"]) yield* file.append(`${word}\n`)
      assert.strictEqual(readFileSync(`${path}.old`, "utf8") + readFileSync(path, "utf8"), "four\nfive\nsix\n")
      const again = yield* cappedFile(path, 20)
      yield* again.append("seven\n")
      assert.isTrue(existsSync(path))
      assert.include(readFileSync(path, "utf8"), "seven\n")
    }).pipe(Effect.provide(NodeServices.layer)))
})
