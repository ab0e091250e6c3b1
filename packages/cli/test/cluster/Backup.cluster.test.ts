/**
 * docs/guides/backup.md, followed word for word: an installation with finished runs and one at work is written down, stopped, and restored on
 * another control plane, beside the same remotes.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { blocksOf } from "./helm/Guide.ts"
import { helmCluster, remotesOf } from "./helm/HelmNode.ts"
import { Plane, root } from "./helm/Plane.ts"
import { makeReader } from "./helm/Reader.ts"
import { shell } from "./helm/Shell.ts"
import { makeSite } from "./helm/Site.ts"

const timeoutMillis = 300_000

const guide = blocksOf(readFileSync(join(root, "docs/guides/backup.md"), "utf8"))

const section = (heading: string) => guide.filter((block) => block.heading === heading)

/** What outlives the first cluster. */
const kept = mkdtempSync(join(tmpdir(), "orchestrator-backup-"))
const files = ["backup-values.yaml", "backup-runs.json", "backup-workspaces.json", "backup-secrets.txt"]

const branches = (git: string) =>
  Effect.map(
    shell("git", ["-C", join(git, "hello-api.git"), "for-each-ref", "--format=%(refname)", "refs/heads"]),
    (text) => text.trim().split("\n").toSorted()
  )

interface Stored {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: object }
  readonly status: Readonly<Record<string, unknown>> & { readonly attempts?: ReadonlyArray<Record<string, unknown>> }
}

const runsIn = (text: string): ReadonlyMap<string, Stored> =>
  new Map((JSON.parse(text) as { items: ReadonlyArray<Stored> }).items.map((run) => [run.metadata.name, run]))

/** Whose workspaces there are. */
const claimsIn = (text: string) =>
  [...runsIn(text).values()].map(({ metadata: { labels, name } }) => ({ name, labels }))

const names = ["finished", "docs", "working", "waiting"]

layer(helmCluster, { excludeTestServices: true, timeout: "15 minutes" })("the old cluster", (it) => {
  it.effect("is written down while it works, and stopped", () =>
    Effect.gen(function*() {
      const { ask, bash, ended, install, kubectl, rolledOut, run, running } = yield* makeSite
      yield* kubectl(["create", "namespace", "orchestrator"])
      yield* install("install")
      yield* rolledOut
      const quick = { env: { DEMO_AGENT_SECONDS: "1" } }
      yield* run("finished", { ...quick, taskId: 1 })
      yield* ask(["apply", "-f", "-"], {
        input: JSON.stringify({
          apiVersion: "orchestrator.platform/v1",
          kind: "DocsRun",
          metadata: { name: "docs" },
          spec: {
            repositoryUrl: "file:///demo/docs.git",
            workingDirectory: "_projects/hello-api",
            sourceBranch: "main",
            model: "claude-sonnet-4-20250514",
            githubUser: "demo-agent"
          }
        })
      })
      assert.strictEqual((yield* ended("finished"))["phase"], "Succeeded")
      assert.strictEqual((yield* ended("docs", "docsrun"))["phase"], "Succeeded")
      // A prompt alone: its branch is named after the run and its UID.
      yield* run("working", { taskId: 0, prompt: "Add a farewell to the greeting", env: { DEMO_AGENT_SECONDS: "25" } })
      yield* run("waiting", { ...quick, taskId: 3, dependsOn: ["working"] })
      yield* running("working")
      yield* bash(
        "kubectl wait --for=jsonpath='{.status.reason}'=AgentRunning coderun/working -n orchestrator --timeout=1m"
      )

      const reader = yield* makeReader
      for (const block of [...section("Back up"), ...section("Move")]) yield* reader.follow(block)
      for (const file of files) cpSync(join(reader.work, file), join(kept, file))
      cpSync(remotesOf(yield* Plane), join(kept, "git"), { recursive: true })
      const backup = runsIn(readFileSync(join(kept, "backup-runs.json"), "utf8"))
      assert.sameMembers([...backup.keys()], names)
      assert.strictEqual(backup.get("working")?.status["phase"], "Running")
      assert.notInclude(readFileSync(join(kept, "backup-secrets.txt"), "utf8"), "not-a-real-key")
    }), timeoutMillis)
})

layer(helmCluster, { excludeTestServices: true, timeout: "15 minutes" })("another cluster", (it) => {
  it.effect(
    "has what there was: ended runs have ended, the others go on, and nothing is delivered twice",
    () =>
      Effect.gen(function*() {
        const plane = yield* Plane
        rmSync(remotesOf(plane), { recursive: true })
        cpSync(join(kept, "git"), remotesOf(plane), { recursive: true })
        const before = runsIn(readFileSync(join(kept, "backup-runs.json"), "utf8"))
        const reader = yield* makeReader
        for (const file of files) cpSync(join(kept, file), join(reader.work, file))
        for (const block of section("Restore")) yield* reader.follow(block)

        const { ask, ended, helm, jobsOf } = yield* makeSite
        const working = yield* ended("working")
        assert.strictEqual(working["phase"], "Succeeded", JSON.stringify(working))
        assert.strictEqual((yield* ended("waiting"))["phase"], "Succeeded")
        const after = runsIn(yield* ask(["get", "coderuns,docsruns", "-o", "json"]))
        assert.sameMembers([...after.keys()], names)
        for (const name of names) {
          const uid = before.get(name)?.metadata.uid ?? ""
          assert.strictEqual(after.get(name)?.status["originalUid"], uid, name)
          assert.notStrictEqual(after.get(name)?.metadata.uid, uid)
        }
        for (const name of ["finished", "docs"]) {
          const { originalUid: _, ...status } = after.get(name)?.status ?? {}
          assert.deepInclude(status, {
            ...before.get(name)?.status,
            observedGeneration: 1,
            conditions: status["conditions"]
          })
        }
        const short = (name: string) => before.get(name)?.metadata.uid.slice(0, 8)
        const jobs = yield* Effect.forEach(["finished", "working", "waiting"], jobsOf)
        assert.deepStrictEqual(jobs, [[], [`code-working-v1-r1-${short("working")}`], [
          `code-waiting-v1-${short("waiting")}`
        ]])
        const lost = after.get("working")?.status.attempts?.map(({ outcome, reason }) => [outcome, reason])
        assert.deepStrictEqual(lost, [["Failed", "InfraLost"], ["Succeeded", "Delivered"]])
        assert.deepStrictEqual(yield* branches(remotesOf(plane)), [
          `refs/heads/feature/task-1-implementation`,
          `refs/heads/feature/task-3-implementation`,
          `refs/heads/feature/working-${short("working")}`,
          "refs/heads/main"
        ])

        assert.strictEqual(working["sessionId"], before.get("working")?.status["sessionId"])
        const claims = yield* ask(["get", "pvc", "-l", "app=orchestrator,component=workspace", "-o", "json"])
        const owned = claimsIn(readFileSync(join(kept, "backup-workspaces.json"), "utf8"))
        assert.isNotEmpty(owned)
        assert.sameDeepMembers(claimsIn(claims), owned)
        const values = yield* helm(["get", "values", "orchestrator", "-n", "orchestrator"])
        assert.include(values, "completedJobDelayMinutes: 0", "what the first installation was told")

        // Again: everything is there, and nothing happens.
        const { code, stdout } = yield* reader.bash("orchestrator restore backup-runs.json backup-workspaces.json")
        assert.strictEqual(code, 0, stdout)
        assert.include(stdout, "0 restored, ")
        rmSync(kept, { recursive: true })
      }),
    timeoutMillis
  )
})
