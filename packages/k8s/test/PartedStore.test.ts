import { assert, describe, it } from "@effect/vitest"
import { makePartedStore, partOf } from "../src/PartedStore.ts"
import { type Identity, makeFactStore } from "../src/Store.ts"

interface Thing extends Identity {
  readonly colour: string
}

const thing = (namespace: string, name: string, resourceVersion: string, colour = "red"): Thing => ({
  namespace,
  name,
  uid: `${namespace}-${name}`,
  resourceVersion,
  colour
})

const makeThings = () => makeFactStore<Thing>({ colour: ({ colour }) => [colour] })

describe("a store in parts", () => {
  const filled = () => {
    const store = makePartedStore(["a", "b"], makeThings)
    store.part("a").reset([thing("a", "x", "1"), thing("a", "y", "2", "blue")], "5")
    store.part("b").reset([thing("b", "x", "3")], "9")
    return store
  }

  it("is read as one", () => {
    const store = filled()
    assert.strictEqual(store.size(), 3)
    assert.strictEqual(store.get({ namespace: "b", name: "x" })?.uid, "b-x")
    assert.strictEqual(store.get({ namespace: "c", name: "x" }), undefined)
    assert.deepStrictEqual([...store.values()].map(({ uid }) => uid).sort(), ["a-x", "a-y", "b-x"])
    assert.deepStrictEqual(store.by("colour", "red").map(({ uid }) => uid), ["a-x", "b-x"])
    assert.deepStrictEqual(store.by("colour", "blue").map(({ uid }) => uid), ["a-y"])
    assert.deepStrictEqual(store.by("colour", "green"), [])
    assert.isTrue(store.anyBy("colour", "blue", ({ uid }) => uid === "a-y"))
    assert.isFalse(store.anyBy("colour", "red", ({ uid }) => uid === "a-y"))
    assert.deepStrictEqual([
      store.has(thing("b", "x", "3")),
      store.has(thing("b", "x", "4")),
      store.has(thing("c", "x", "3"))
    ], [
      true,
      false,
      false
    ])
  })

  it("has a revision for each namespace, and a list of one leaves the others as they are", () => {
    const store = filled()
    assert.deepStrictEqual([store.revision("a"), store.revision("b"), store.revision("c")], ["5", "9", ""])
    assert.deepStrictEqual(store.part("a").reset([], "20").map(({ uid }) => uid), ["a-x", "a-y"])
    assert.deepStrictEqual([...store.values()].map(({ uid }) => uid), ["b-x"])
  })

  it("takes answers to writes and reads into the part that they are of", () => {
    const store = filled()
    store.wrote(thing("a", "x", "7", "blue"))
    // The stream of b has passed this revision: what it says is newer.
    store.wrote(thing("b", "x", "8", "blue"))
    store.read(thing("b", "z", "12"))
    store.wrote(thing("c", "x", "99"))
    assert.deepStrictEqual(store.by("colour", "blue").map(({ uid }) => uid).sort(), ["a-x", "a-y"])
    assert.isTrue(partOf(store, "b").isBehind.isOpen())
    assert.isFalse(partOf(store, "a").isBehind.isOpen())
    assert.strictEqual(store.size(), 4)
    store.remove(thing("b", "z", "13"))
    assert.strictEqual(store.size(), 3)
  })

  it("a store that is in no parts is the same for every namespace", () => {
    const whole = makeThings()
    assert.strictEqual(partOf(whole, "a"), whole)
    assert.strictEqual(partOf(filled(), undefined).size(), 3)
  })
})
