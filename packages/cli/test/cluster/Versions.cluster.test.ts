/**
 * One version up and back while runs are alive: the older program with its definitions, this one with its own, the older one again. Whoever leads
 * hands over to the next; the agents work on. Each run is delivered once, by one Job for each attempt, and what has ended stays as it is.
 */
import { assert, layer } from "@effect/vitest"
import { CodeRun } from "@orchestrator/domain/CodeRun"
import { decoder } from "@orchestrator/domain/Decode"
import { Effect, Layer, Result } from "effect"
import { mkdtempSync } from "node:fs"
import { join } from "node:path"
import { olderVersion } from "../../../../tools/kube/Older.ts"
import { buildProgram } from "../../../../tools/kube/Program.ts"
import { deliver } from "./Agents.ts"
import { kubectl, planes } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import type { Replica } from "./Replica.ts"
import {
  attemptsOf,
  codeRun,
  docsRun,
  makeSite,
  over,
  phaseOf,
  ready,
  scripted,
  startReplica,
  verbsOf
} from "./World.ts"

const root = join(import.meta.dirname, "../../../..")

const leaderElection = { leaseSeconds: 30, renewDeadlineSeconds: 20, retrySeconds: 1 }

const leads = (replica: Replica) => replica.log.includes("\"leading\"")

const define = (tree: string) =>
  Effect.sync(() => {
    kubectl(["apply", "--server-side", "--force-conflicts", "-f", join(tree, "crds/platform-crds.yaml")])
    const names = ["crd/coderuns.orchestrator.platform", "crd/docsruns.orchestrator.platform"]
    kubectl(["wait", "--for=condition=Established", ...names, "--timeout=60s"])
  })

/** The older version; where git has none, this one again, which at least hands over to itself. */
const older = Effect.gen(function*() {
  const found = olderVersion(mkdtempSync(join(planes(), "versions-")))
  if (found === undefined) {
    yield* Effect.logWarning("git has no older version here (a shallow clone?): this version is upgraded to itself")
    return { tree: root }
  }
  yield* Effect.logInfo(`the older version is ${found.commit}`)
  const program = yield* Effect.promise(() => buildProgram(join(found.tree, ".."), found.tree))
  return { tree: found.tree, program }
})

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "one version up and back",
  (it) => {
    it.effect(
      "loses no run, starts none twice, and leaves alone what has ended",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const before = yield* older
          // The definitions are everybody's of this control plane.
          yield* Effect.addFinalizer(() => define(root))
          const site = yield* makeSite("versions", { leaderElection }, 3)
          const { create, docs, edit, run, untilPhase, untilRunning } = yield* verbsOf(site)
          const start = Effect.fnUntraced(function*(number: number, more: { readonly program?: string }) {
            const replica = yield* startReplica(site, site.users[number]?.kubeconfig, more)
            yield* eventually("it to be ready", ready(replica), (status) => status === 200)
            return replica
          })
          /** The next one is there before this one goes, as in a rolling update. */
          const replace = Effect.fnUntraced(function*(old: Replica, next: Replica) {
            yield* Effect.promise(() => old.stop())
            yield* eventually("the next to lead", Effect.sync(() => leads(next)), (led) => led)
          })

          yield* define(before.tree)
          const first = yield* start(0, before)
          yield* create(codeRun(site, "ended", { service: "ended" }, "deliver 50"))
          const ended = yield* untilPhase("ended", "Succeeded")
          yield* create(codeRun(site, "alive", {}, "never"))
          yield* untilRunning("alive")
          yield* create(codeRun(site, "queued", { taskId: 2 }, "never"))
          yield* create(codeRun(site, "after", { taskId: 3, service: "after", dependsOn: ["queued"] }, "deliver 50"))
          yield* eventually("the others to wait", Effect.forEach(["queued", "after"], run), (runs) =>
            runs.every(({ status }) =>
              status?.["phase"] === "Pending"
            ))

          yield* define(root)
          const second = yield* start(1, {})
          yield* replace(first, second)
          yield* create(codeRun(site, "new", { service: "new", priority: "high" }, "deliver 50"))
          yield* untilPhase("new", "Succeeded")
          assert.strictEqual(phaseOf(yield* run("alive")), "Running")
          yield* deliver(yield* run("alive"))
          yield* untilPhase("alive", "Succeeded")
          yield* untilRunning("queued")

          yield* define(before.tree)
          const third = yield* start(2, before)
          yield* replace(second, third)
          assert.strictEqual(phaseOf(yield* run("queued")), "Running")
          yield* deliver(yield* run("queued"))
          yield* untilPhase("queued", "Succeeded")
          yield* untilPhase("after", "Succeeded")
          const still = yield* run("ended")
          assert.deepStrictEqual([still.status, still.metadata.generation], [ended.status, ended.metadata.generation])
          yield* edit("ended", { contextVersion: 2 })
          yield* eventually("its second attempt to end", run("ended"), (found) =>
            over(found) && found.status?.["contextVersion"] === 2)
          yield* create(docsRun(site, "docs"))
          yield* eventually("the docs to be written", docs("docs"), over)

          const names = ["ended", "alive", "queued", "after", "new"]
          const runs = yield* Effect.forEach(names, run)
          assert.deepStrictEqual(
            runs.map(phaseOf),
            names.map(() =>
              "Succeeded"
            )
          )
          assert.deepStrictEqual(
            runs.map(({ status }) =>
              attemptsOf(status).length
            ),
            [2, 1, 1, 1, 1]
          )
          for (const each of runs) assert.isTrue(Result.isSuccess(decoder(CodeRun)(each)), each.metadata.name)
          const jobs = site.accepted().filter(({ resource, verb }) => verb === "create" && resource === "jobs")
          assert.lengthOf(new Set(jobs.map(({ name }) => name)), 7)
          assert.lengthOf(jobs, 7)
        })),
      300_000
    )
  }
)
