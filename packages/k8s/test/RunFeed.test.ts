import { assert, it } from "@effect/vitest"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { Effect, Layer, Queue, Stream } from "effect"
import { CodeRunKind, DocsRunKind } from "../src/Kinds.ts"
import { KubernetesClient } from "../src/KubernetesClient.ts"
import type { CustomObject } from "../src/Objects.ts"
import { RunFeed } from "../src/RunFeed.ts"

const namespace = "orchestrator"

const codeRun = (name: string) => ({
  metadata: { name, namespace },
  spec: {
    taskId: 1,
    service: "payments",
    repositoryUrl: "https://github.com/example/payments",
    docsRepositoryUrl: "https://github.com/example/docs",
    workingDirectory: ".",
    model: "m",
    githubUser: "octocat"
  }
})

const docsRun = (name: string) => ({
  metadata: { name, namespace },
  spec: {
    repositoryUrl: "https://github.com/example/docs",
    workingDirectory: ".",
    sourceBranch: "main",
    model: "m",
    githubUser: "octocat"
  }
})

/** What a listener hears, in words, one after the other. */
const listen = Effect.gen(function*() {
  const { follow } = yield* RunFeed
  const received = yield* Queue.unbounded<string>()
  yield* follow(namespace).pipe(
    Stream.runForEach((event) => {
      if (event.tag === "unchanged") return Effect.void
      const { kind, tag } = event
      const said = (change: string, run: CustomObject) =>
        Queue.offer(received, `${change} ${kind.kind}/${run.metadata.name} ${run.spec["model"]}`)
      return tag === "changed"
        ? said(event.change, event.run)
        : Effect.forEach(event.runs, (run) => said("listed", run), { discard: true })
    }),
    Effect.forkScoped
  )
  return (count: number) => Queue.takeN(received, count)
})

const TestFeed = RunFeed.layer.pipe(Layer.provideMerge(layerMemory))

it.effect("tells of the runs that there are, of both kinds, and then of every change, to each listener", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* client.create(CodeRunKind, codeRun("a"))
    yield* client.create(DocsRunKind, docsRun("b"))
    const listeners = [yield* listen, yield* listen]
    for (const next of listeners) {
      assert.deepStrictEqual((yield* next(2)).toSorted(), ["listed CodeRun/a m", "listed DocsRun/b m"])
    }
    yield* client.create(CodeRunKind, codeRun("c"))
    yield* client.patch(CodeRunKind, { name: "c", namespace }, { type: "merge", body: { spec: { model: "n" } } })
    yield* client.delete(CodeRunKind, { name: "c", namespace })
    for (const next of listeners) {
      assert.deepStrictEqual(yield* next(3), ["set CodeRun/c m", "set CodeRun/c n", "removed CodeRun/c n"])
    }
  }).pipe(Effect.scoped, Effect.provide(TestFeed)))

it.effect("leaves out other namespaces", () =>
  Effect.gen(function*() {
    const client = yield* KubernetesClient
    yield* client.create(CodeRunKind, { ...codeRun("z"), metadata: { name: "z", namespace: "default" } })
    const next = yield* listen
    yield* client.create(CodeRunKind, codeRun("a"))
    const [first = ""] = yield* next(1)
    assert.match(first, /^(listed|set) CodeRun\/a m$/)
  }).pipe(Effect.scoped, Effect.provide(TestFeed)))
