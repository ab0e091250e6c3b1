import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import type { KubernetesError } from "../../src/KubernetesError.ts"
import { decodeWatch, eventOf } from "../../src/live/Watch.ts"

const encoder = new TextEncoder()

const added = (name: string) => JSON.stringify({ type: "ADDED", object: { metadata: { name } } })

const gone = JSON.stringify({
  type: "ERROR",
  object: { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 1 (5)" }
})

/** Names of the events before the end, and how it ended. */
const run = (...chunks: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const names: Array<string | undefined> = []
    const bytes: Stream.Stream<Uint8Array, KubernetesError> = Stream.fromIterable(
      chunks.map((chunk) => encoder.encode(chunk))
    )
    const exit = yield* bytes.pipe(
      decodeWatch({ ref: "pods", maxObjectBytes: 200 }),
      Stream.runForEach(({ object }) => Effect.sync(() => names.push(object.metadata.name))),
      Effect.mapError(({ reason }): string => reason._tag),
      Effect.exit
    )
    return { names, exit }
  })

describe("decodeWatch", () => {
  it.effect("gives the events of lines, wherever chunks are cut, and ends with the server", () =>
    Effect.gen(function*() {
      const text = `${added("a")}\n${added("b")}\n\n${added("c")}\n`
      for (const cut of [1, 30, 60, text.length]) {
        const { exit, names } = yield* run(text.slice(0, cut), text.slice(cut))
        assert.deepStrictEqual(names, ["a", "b", "c"])
        assert.isTrue(Exit.isSuccess(exit))
      }
    }))

  it.effect.each([
    { name: "an ERROR event", chunks: [`${added("a")}\n${gone}\n${added("b")}\n`], want: "Gone" },
    { name: "no JSON", chunks: [`${added("a")}\n<html>\n`], want: "Malformed" },
    {
      name: "an unknown type",
      chunks: [`${added("a")}\n{"type":"MOVED","object":{"metadata":{}}}\n`],
      want: "Malformed"
    },
    {
      name: "an object that is none",
      chunks: [`${added("a")}\n{"type":"ADDED","object":7}\n`],
      want: "Malformed"
    },
    { name: "an object that is cut off", chunks: [`${added("a")}\n{"type":`], want: "Malformed" },
    {
      name: "an object that is too large",
      chunks: [`${added("a")}\n`, "x".repeat(150), "x".repeat(150)],
      want: "Malformed"
    }
  ])("fails after what came before: $name", ({ chunks, want }) =>
    Effect.gen(function*() {
      const { exit, names } = yield* run(...chunks)
      assert.deepStrictEqual(names, ["a"])
      assert.deepStrictEqual(exit, Exit.fail(want))
    }))
})

describe("eventOf", () => {
  it("an ERROR without a code is the server's fault", () => {
    assert.deepInclude(eventOf(`{"type":"ERROR","object":{"message":"boom"}}`), {
      _tag: "ServerError",
      message: "boom"
    })
  })

  it.effect("managed fields are left out where they are not wanted, and where that leaves no JSON the object is whole", () =>
    Effect.gen(function*() {
      const eventOf = (managedFields: unknown) =>
        JSON.stringify({
          type: "ADDED",
          object: { kind: "Pod", apiVersion: "v1", metadata: { name: "a", managedFields, uid: "u" }, spec: {} }
        })
      const of = (line: string, leaveOut: boolean) =>
        Stream.succeed(encoder.encode(`${line}\n`)).pipe(
          decodeWatch({ ref: "pods", maxObjectBytes: 1000, leaveOut }),
          Stream.runCollect,
          Effect.map(([event]) => Object.keys(event?.object.metadata ?? {}))
        )
      assert.deepStrictEqual(yield* of(eventOf([{ "f:spec": {} }]), true), ["name", "uid"])
      assert.deepStrictEqual(yield* of(eventOf([{ "f:spec": {} }]), false), ["name", "managedFields", "uid"])
      assert.deepStrictEqual(yield* of(eventOf([{ list: [{}], more: 1 }]), true), ["name", "managedFields", "uid"])
    }))
})
