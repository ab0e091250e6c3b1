/**
 * Shards on a real control plane: which runs the API server gives to which, and their number changed while runs keep coming, three to two to
 * three to one. Every run ends with one Job (I1), no workspace has two live pods (I7), and nobody writes on a run while another process holds
 * the Lease of its number (I6). Then one process for several namespaces.
 */
import { assert, layer } from "@effect/vitest"
import { assignedNumber, leaseOfShard, shardLabels, shardNumberOf } from "@orchestrator/domain/Shards"
import { CodeRunKind, DocsRunKind, NamespaceKind, PodKind } from "@orchestrator/k8s/Kinds"
import { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect, Fiber, Layer } from "effect"
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Asked } from "./Audit.ts"
import { controlPlane, kubectl } from "./ControlPlane.ts"
import { eventually } from "./Eventually.ts"
import { provisioner } from "./Provisioner.ts"
import { Replica } from "./Replica.ts"
import { allow, makeRole, user } from "./Rights.ts"
import { codeRun, docsRun, makeSite, over, phaseOf, ready, scripted, type Site, verbsOf } from "./World.ts"

const root = join(import.meta.dirname, "../../../..")
const times = { leaseSeconds: 8, renewDeadlineSeconds: 6, retrySeconds: 1 }
const counts = [3, 2, 3, 1]

const rendered = (namespace: string): string => {
  const assets = /KUBEBUILDER_ASSETS=(\S+)/.exec(readFileSync(join(controlPlane().folder, "env"), "utf8"))?.[1] ?? ""
  const args = ["template", "orchestrator", join(root, "chart"), "-n", namespace, "--kube-version", "1.37"]
  return execFileSync(join(assets, "helm"), [
    ...args,
    ...["--set", "shard.count=3", "--show-only", "templates/shardpolicy.yaml"]
  ], { encoding: "utf8" })
}

/** One for each shard of a generation, with a user of its own. */
const startShards = Effect.fnUntraced(function*(site: Site, count: number, first: number) {
  const settings = JSON.parse(readFileSync(site.config, "utf8"))
  const config = `${site.config}-${count}`
  writeFileSync(config, JSON.stringify({ ...settings, shard: { count } }))
  const shards = yield* Effect.forEach(Array.from({ length: count }, (_, index) => index), (index) => {
    const kubeconfig = site.users[first + index]?.kubeconfig ?? ""
    const options = { kubeconfig, namespace: site.namespace, config, env: { SHARD_INDEX: String(index) } }
    return Effect.acquireRelease(
      Effect.sync(() => new Replica(options)),
      (replica) => Effect.promise(() => replica.stop("SIGKILL"))
    )
  })
  yield* Effect.forEach(shards, (shard) => eventually("it to be ready", ready(shard), (status) => status === 200))
  return shards
})

/** I6: writes on a run, or on what is its, by somebody else than the holder of the Lease of its number at that time. */
const lateWrites = (site: Site, numberOf: (name: string) => number | undefined) => {
  const asked = site.asked()
  const taken = (number: number) =>
    asked.filter(({ code, name, resource, verb }) =>
      resource === "leases" && code < 300 && (verb === "create" || verb === "update") &&
      name === leaseOfShard(number)
    )
  return site.accepted().filter(({ resource }) => resource === "jobs" || resource.startsWith("coderuns")).flatMap(
    (write) => {
      const number = numberOf(write.name)
      if (number === undefined) return []
      const holder = taken(number).findLast(({ at }) => at <= write.at)
      return holder !== undefined && holder.user !== write.user ? [{ ...write, holder: holder.user }] : []
    }
  )
}

layer(Layer.provideMerge(provisioner, scripted), { excludeTestServices: true, timeout: "4 minutes" })(
  "shards",
  (it) => {
    it.effect(
      "a run has its number from its admission on, the one that the API reckons, and keeps it",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const site = yield* makeSite("numbers")
          const { namespace } = site
          const client = yield* KubernetesClient
          const policy = rendered(namespace)
          yield* Effect.acquireRelease(
            Effect.sync(() => kubectl(["apply", "-f", "-"], policy)),
            () => Effect.sync(() => kubectl(["delete", "-f", "-"], policy))
          )
          const dry = { dryRun: true }
          const admitted = (run: CustomObject) => client.create(CodeRunKind, run, dry)
          yield* eventually(
            "the policy to be in force",
            Effect.all([0, 1, 2, 3].map((each) => admitted(codeRun(site, "probe", { service: `svc-${each}` })))),
            (probes) => probes.some(({ metadata }) => metadata.labels?.["orchestrator.platform/shard"] !== undefined),
            60
          )
          const services = ["api", "Web-Shop", "a", "svc-1", "svc-12", "payments-ledger-eu", "x9.z", "team_b"]
          for (const service of services) {
            const { metadata } = yield* admitted(codeRun(site, "probe", { service }))
            assert.strictEqual(shardNumberOf(metadata.labels), assignedNumber({ namespace, service }, 3), service)
          }
          const docs = yield* client.create(DocsRunKind, docsRun(site, "guide-7"))
          const wanted = assignedNumber({ namespace, service: undefined, name: "guide-7" }, 3)
          assert.strictEqual(shardNumberOf(docs.metadata.labels), wanted)
          const other = String((wanted + 1) % 3)
          const merge = (value: string | null) => ({
            type: "merge" as const,
            body: { metadata: { labels: { "orchestrator.platform/shard": value } } }
          })
          for (const value of [other, null]) {
            const kept = yield* client.patch(DocsRunKind, { namespace, name: "guide-7" }, merge(value))
            assert.strictEqual(shardNumberOf(kept.metadata.labels), wanted)
          }
          const chosen = docsRun(site, "guide-8")
          const made = yield* client.create(DocsRunKind, {
            ...chosen,
            metadata: { ...chosen.metadata, labels: { "orchestrator.platform/shard": "9", team: "x" } }
          })
          assert.strictEqual(
            shardNumberOf(made.metadata.labels),
            assignedNumber({ namespace, service: undefined, name: "guide-8" }, 3)
          )
          assert.strictEqual(made.metadata.labels?.["team"], "x")
        })),
      300_000
    )

    it.effect("three become two, three and one while runs keep coming", () =>
      Effect.scoped(Effect.gen(function*() {
        const processes = counts.reduce((sum, count) => sum + count, 0)
        const site = yield* makeSite("reshard", { leaderElection: times }, processes)
        const { client, create, run } = yield* verbsOf(site)
        const { namespace } = site
        let shards = yield* startShards(site, 3, 0)
        let count = 3
        let used = 3
        const numbers = new Map<string, number>()
        const submit = Effect.suspend(() => {
          const name = `run-${numbers.size}`
          const service = `svc-${numbers.size % 8}`
          const number = assignedNumber({ namespace, service }, count)
          numbers.set(name, number)
          const made = codeRun(site, name, { service, taskId: numbers.size }, "deliver 300")
          return create({ ...made, metadata: { ...made.metadata, labels: shardLabels(number) } })
        })
        let busy = true
        const load = yield* Effect.forkScoped(
          Effect.repeat(Effect.andThen(submit, Effect.sleep("300 millis")), { while: () => busy })
        )
        const doubles: Array<string> = []
        yield* Effect.forkScoped(Effect.forever(Effect.gen(function*() {
          const pods = yield* Effect.orElseSucceed(client.list(PodKind, { namespace }), () => ({ items: [] }))
          const live = pods.items.filter(({ status }) => status?.phase === "Running" || status?.phase === "Pending")
          const claims = live.flatMap(({ spec }) =>
            spec.volumes?.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []) ?? []
          )
          doubles.push(...claims.filter((claim, index) => claims.indexOf(claim) !== index))
          yield* Effect.sleep("200 millis")
        })))
        for (const next of counts.slice(1)) {
          yield* Effect.sleep("4 seconds")
          const before = shards
          shards = yield* startShards(site, next, used)
          used += next
          count = next
          yield* Effect.promise(() => Promise.all(before.map((shard) => shard.stop())))
        }
        yield* Effect.sleep("4 seconds")
        busy = false
        yield* Fiber.join(load)
        const names = [...numbers.keys()]
        const runs = yield* eventually("all runs to end", Effect.forEach(names, run), (found) => found.every(over), 300)
        assert.deepStrictEqual(new Set(runs.map(phaseOf)), new Set(["Succeeded"]))
        assert.deepStrictEqual(doubles, [])
        // Who is stopped while it asks for a Job may be cut off from the answer, and the log then tells no 201.
        const asksForJob = ({ resource, verb }: Asked) => verb === "create" && resource === "jobs"
        assert.strictEqual(new Set(site.asked().filter(asksForJob).map((job) => job.name)).size, names.length)
        const jobs = site.accepted().filter(asksForJob).map((job) => job.name)
        assert.deepStrictEqual(jobs.filter((name, index) => jobs.indexOf(name) !== index), [])
        const runOf = (name: string) => numbers.get(name) ?? numbers.get(/^code-(run-\d+)-v1-/.exec(name)?.[1] ?? "")
        const leases = new Set(
          site.asked().flatMap(({ code, name, resource }) => resource === "leases" && code < 300 ? [name] : [])
        )
        assert.includeMembers([...leases], [0, 1, 2].map(leaseOfShard))
        assert.deepStrictEqual(lateWrites(site, runOf), [])
        yield* Effect.logInfo(`${names.length} runs of 8 services over ${processes} processes`)
      })), 900_000)

    it.effect(
      "one process looks after the runs of two namespaces, with the rights of two Roles",
      () =>
        Effect.scoped(Effect.gen(function*() {
          const site = yield* makeSite("home", {})
          const client = yield* KubernetesClient
          const other = `${site.namespace}-b`
          yield* Effect.acquireRelease(
            client.create(NamespaceKind, { metadata: { name: other } }),
            () => Effect.ignore(client.delete(NamespaceKind, { name: other }))
          )
          const settings = JSON.parse(readFileSync(site.config, "utf8"))
          writeFileSync(site.config, JSON.stringify({ ...settings, auth: { mode: "none" }, watchNamespaces: [other] }))
          const start = () =>
            new Replica({ kubeconfig: site.users[0]?.kubeconfig ?? "", namespace: site.namespace, config: site.config })
          const begin = Effect.acquireRelease(
            Effect.sync(start),
            (replica) => Effect.promise(() => replica.stop("SIGKILL"))
          )
          const replica = yield* begin
          yield* Effect.promise(() => replica.logged(new RegExp(`Missing permissions in namespace ${other}`)))
          yield* makeRole(other)
          yield* allow(other, site.users.map(({ name }) => user(name)))
          yield* eventually("it to be ready", ready(replica), (status) => status === 200, 90)
          const there = { ...site, namespace: other }
          const [ours, theirs] = [yield* verbsOf(site), yield* verbsOf(there)]
          yield* ours.create(codeRun(site, "first"))
          const url = yield* Effect.promise(() => replica.url())
          const { metadata: _, ...body } = codeRun(there, "first")
          const answer = yield* Effect.promise(() =>
            fetch(`${url}/namespaces/${other}/api/v1/code-runs`, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ name: "first", ...body })
            })
          )
          assert.strictEqual(answer.status, 201, yield* Effect.promise(() => answer.text()))
          yield* ours.untilPhase("first", "Succeeded", 90)
          yield* theirs.untilPhase("first", "Succeeded", 90)
          const refused = yield* Effect.promise(() => fetch(`${url}/namespaces/kube-system/api/v1/code-runs`))
          assert.strictEqual(refused.status, 404)
        })),
      300_000
    )
  }
)
