/** Lists from the cache of a replica that follows a real API server, leader or not: they are what the API server has, and it is not asked for them. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { eventually } from "./Eventually.ts"
import type { Replica } from "./Replica.ts"
import { admin, codeRun, makeSite, ready, type Site, startReplica, verbsOf } from "./World.ts"

interface Page {
  readonly items: ReadonlyArray<{ readonly name: string; readonly resourceVersion: string; readonly phase: string }>
  readonly continue?: string
  readonly resourceVersion: string
}

const list = (replica: Replica, query: string): Effect.Effect<Page> =>
  Effect.promise(async () => {
    const answer = await fetch(`${await replica.url()}/api/v1/code-runs?${query}`)
    assert.strictEqual(answer.status, 200)
    return JSON.parse(await answer.text())
  })

const lists = (site: Site) =>
  site.asked().filter(({ resource, verb }) => resource === "coderuns" && verb === "list").length

layer(admin, { excludeTestServices: true, timeout: "4 minutes" })("lists from the cache", (it) => {
  it.effect("are those of the API server, at the leader and beside it", () =>
    Effect.scoped(Effect.gen(function*() {
      const site = yield* makeSite("cached", { auth: { mode: "none" }, leaderElection: { enabled: true } }, 2)
      const { create, edit } = yield* verbsOf(site)
      for (const name of ["b", "a", "c"]) yield* create(codeRun(site, name, { service: name, suspend: true }))
      for (const { kubeconfig } of site.users) {
        const replica = yield* startReplica(site, kubeconfig)
        yield* eventually("it to be ready", ready(replica), (status) => status === 200)
        // The first status of each is written by then, and nothing else is.
        yield* eventually(
          "the runs to be suspended",
          list(replica, "reason=Suspended"),
          ({ items }) => items.length === 3
        )
        for (const query of ["limit=9", "limit=2", "limit=2&sort=-createdAt"]) {
          const { resourceVersion, ...recent } = yield* list(replica, query)
          yield* eventually(
            `the cache to have what the API server has by ${query}`,
            list(replica, `${query}&resourceVersion=0`),
            (page) => JSON.stringify(page.items) === JSON.stringify(recent.items)
          )
          const before = lists(site)
          const { resourceVersion: version, ...cached } = yield* list(replica, `${query}&resourceVersion=0`)
          assert.deepStrictEqual(cached.items, recent.items)
          assert.isAtMost(Number(version), Number(resourceVersion))
          yield* Effect.sleep("300 millis")
          assert.strictEqual(lists(site), before)
        }
        yield* edit("b", { model: "claude-opus-4-20250514" })
        const { items: [, recent] } = yield* list(replica, "limit=9")
        yield* eventually(
          "the change to be in the cache",
          list(replica, "limit=9&resourceVersion=0"),
          ({ items: [, cached] }) => Number(cached?.resourceVersion) >= Number(recent?.resourceVersion)
        )
      }
    })), 240_000)
})
