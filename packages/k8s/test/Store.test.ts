import { assert, describe, it } from "@effect/vitest"
import type { ConfigMap } from "../src/Objects.ts"
import { type Identity, isNewer, makeFactStore, makeStore } from "../src/Store.ts"

const object = (name: string, version: number, changes: { uid?: string; team?: string } = {}): ConfigMap => ({
  metadata: {
    name,
    namespace: "default",
    uid: changes.uid ?? name,
    resourceVersion: String(version),
    labels: { team: changes.team ?? "red" }
  }
})
const key = (name: string) => ({ name, namespace: "default" })

const filled = (...objects: ReadonlyArray<ConfigMap>) => {
  const store = makeStore<ConfigMap>({ team: ({ metadata }) => [metadata.labels?.["team"] ?? ""] })
  store.reset(objects, "10")
  const version = (name: string) => store.get(key(name))?.metadata.resourceVersion
  const names = (team: string) => store.by("team", team).map(({ metadata }) => metadata.name).toSorted()
  return { store, version, names }
}

it.each([
  { left: "2", right: "1", want: true },
  { left: "1", right: "1", want: false },
  { left: "10", right: "9", want: true },
  { left: "9", right: "10", want: false },
  { left: "18446744073709551615", right: "9007199254740993", want: true },
  { left: "1", right: "", want: true }
])(
  "revision $left is newer than \"$right\": $want",
  ({ left, right, want }) => assert.strictEqual(isNewer(left, right), want)
)

describe("the stream's word", () => {
  it("is kept, and moves the revision", () => {
    const { store, version } = filled()
    store.put(object("a", 11))
    assert.strictEqual(version("a"), "11")
    assert.strictEqual(store.revision(), "11")
  })

  it("that is told again once the object is gone does not bring it back", () => {
    const { store, version } = filled(object("a", 9))
    store.remove(object("a", 12))
    store.put(object("a", 11))
    assert.isUndefined(version("a"))
    store.put(object("a", 13, { uid: "another" }))
    assert.strictEqual(version("a"), "13")
  })

  it("that is older than what is there changes nothing", () => {
    const { store, version } = filled(object("a", 9))
    store.put(object("a", 8))
    assert.strictEqual(version("a"), "9")
    assert.strictEqual(store.revision(), "10")
  })

  it("removes what it names", () => {
    const { store } = filled(object("a", 9))
    store.remove(object("a", 12))
    assert.isUndefined(store.get(key("a")))
    assert.strictEqual(store.size(), 0)
    assert.strictEqual(store.revision(), "12")
  })

  it("about a former object of the same name does not remove its successor", () => {
    const { store, version } = filled(object("a", 9, { uid: "new" }))
    store.remove(object("a", 8, { uid: "old" }))
    assert.strictEqual(version("a"), "9")
  })

  it("without a change moves the revision forward only", () => {
    const { store } = filled()
    store.advance("15")
    store.advance("14")
    assert.strictEqual(store.revision(), "15")
  })

  it("keeps objects of one name in two namespaces apart", () => {
    const { store, version } = filled(object("a", 9))
    store.put({ metadata: { name: "a", namespace: "other", resourceVersion: "11" } })
    assert.strictEqual(store.size(), 2)
    assert.strictEqual(version("a"), "9")
    assert.strictEqual(store.get({ name: "a", namespace: "other" })?.metadata.resourceVersion, "11")
  })

  it("about an object of the cluster is found without a namespace", () => {
    const { store } = filled()
    store.put({ metadata: { name: "node", resourceVersion: "11" } })
    assert.isDefined(store.get({ name: "node" }))
  })
})

describe("the answer to a write", () => {
  it("is read at once, and leaves the revision to the stream", () => {
    const { store, version } = filled(object("a", 9))
    store.wrote(object("a", 11))
    assert.strictEqual(version("a"), "11")
    assert.strictEqual(store.revision(), "10")
  })

  it("is kept when the stream repeats what was there before", () => {
    const { store, version } = filled(object("a", 9))
    store.wrote(object("a", 12))
    store.put(object("a", 11))
    assert.strictEqual(version("a"), "12")
  })

  it("gives way to what the stream says later", () => {
    const { store, version } = filled(object("a", 9))
    store.wrote(object("a", 11))
    store.put(object("a", 12))
    assert.strictEqual(version("a"), "12")
  })

  it("that comes after the stream's own word changes nothing", () => {
    const { store, version } = filled(object("a", 9))
    store.put(object("a", 12))
    store.wrote(object("a", 11))
    assert.strictEqual(version("a"), "12")
  })

  it("is no ghost: what the stream has seen removed stays removed", () => {
    const { store } = filled()
    store.put(object("a", 11))
    store.remove(object("a", 12))
    store.wrote(object("a", 11))
    assert.isUndefined(store.get(key("a")))
  })

  it("is no ghost either when a bookmark has passed it", () => {
    const { store } = filled()
    store.advance("20")
    store.wrote(object("a", 11))
    assert.isUndefined(store.get(key("a")))
  })

  it("is forgotten before the first list, which will have it", () => {
    const store = makeStore<ConfigMap>()
    store.wrote(object("a", 11))
    assert.strictEqual(store.size(), 0)
  })

  it("that is older than another write's answer changes nothing", () => {
    const { store, version } = filled()
    store.wrote(object("a", 12))
    store.wrote(object("a", 11))
    assert.strictEqual(version("a"), "12")
  })
})

describe("a whole list", () => {
  it("replaces everything, and answers with what is gone", () => {
    const { store, version } = filled(object("a", 5), object("b", 6))
    const gone = store.reset([object("b", 21), object("c", 22)], "30")
    assert.deepStrictEqual(gone.map(({ metadata }) => metadata.name), ["a"])
    assert.deepStrictEqual([version("a"), version("b"), version("c")], [undefined, "21", "22"])
    assert.strictEqual(store.revision(), "30")
  })

  it("does not take away what was written after it was made", () => {
    const { store, version } = filled()
    store.wrote(object("a", 40))
    const gone = store.reset([object("b", 21)], "30")
    assert.deepStrictEqual(gone, [])
    assert.strictEqual(version("a"), "40")
  })

  it("does not bring back what was written over", () => {
    const { store, version } = filled(object("a", 9))
    store.wrote(object("a", 40))
    store.reset([object("a", 9)], "30")
    assert.strictEqual(version("a"), "40")
  })

  it("of nothing empties store and indexes", () => {
    const { names, store } = filled(object("a", 5))
    assert.lengthOf(store.reset([], "30"), 1)
    assert.deepStrictEqual(names("red"), [])
    assert.deepStrictEqual([...store.values()], [])
  })
})

describe("an index", () => {
  it("finds objects by every value", () => {
    const { names } = filled(object("a", 5), object("b", 6, { team: "blue" }), object("c", 7))
    assert.deepStrictEqual([names("red"), names("blue"), names("green")], [["a", "c"], ["b"], []])
  })

  it("follows changes, by the stream and by ourselves", () => {
    const { names, store } = filled(object("a", 5), object("b", 6))
    store.put(object("a", 11, { team: "blue" }))
    store.wrote(object("b", 12, { team: "green" }))
    assert.deepStrictEqual([names("red"), names("blue"), names("green")], [[], ["a"], ["b"]])
  })

  it("forgets what is removed", () => {
    const { names, store } = filled(object("a", 5), object("b", 6))
    store.remove(object("a", 11))
    assert.deepStrictEqual(names("red"), ["b"])
  })

  it("tells whether one of its objects is so, and looks at none after that", () => {
    const { store } = filled(object("a", 5), object("b", 6), object("c", 7), object("d", 8, { team: "blue" }))
    const looked: Array<string | undefined> = []
    const isNamed = (name: string) => ({ metadata }: ConfigMap) => {
      looked.push(metadata.name)
      return metadata.name === name
    }
    assert.isTrue(store.anyBy("team", "red", isNamed("b")))
    assert.deepStrictEqual(looked, ["a", "b"])
    assert.isFalse(store.anyBy("team", "red", isNamed("d")))
    assert.isTrue(store.anyBy("team", "blue", isNamed("d")))
  })

  it("that does not exist is empty", () => {
    assert.deepStrictEqual(filled(object("a", 5)).store.by("colour", "red"), [])
    assert.isFalse(filled(object("a", 5)).store.anyBy("colour", "red", () => true))
  })
})

describe("what nothing was heard of for a while", () => {
  interface Facts extends Identity {
    readonly packed?: true
  }
  const facts = (index: number, version: number): Facts => ({
    namespace: "default",
    name: `thing-${index}`,
    uid: `uid-${index}`,
    resourceVersion: String(version)
  })
  const things = (count: number) => {
    const store = makeFactStore<Facts>({ all: () => [0] }, (thing) => ({ ...thing, packed: true }))
    store.reset(Array.from({ length: count }, (_, index) => facts(index, 5)), "10")
    while (store.settle(10)) continue
    const plain = () => [...store.values()].flatMap(({ name, packed }) => packed === true ? [] : [name])
    return { store, plain }
  }

  it("is packed, and is found as before", () => {
    const { plain, store } = things(300)
    assert.strictEqual(plain().length, 256)
    assert.deepStrictEqual(store.get(key("thing-43")), { ...facts(43, 5), packed: true })
    assert.deepStrictEqual(store.get(key("thing-44")), facts(44, 5))
    assert.isTrue(store.has(facts(0, 5)))
    assert.strictEqual(store.by("all", 0).length, 300)
  })

  it("is kept as it comes when something is heard of it again", () => {
    const { plain, store } = things(300)
    store.put(facts(0, 11))
    assert.deepStrictEqual(store.get(key("thing-0")), facts(0, 11))
    assert.strictEqual(plain().length, 256)
    assert.isTrue(store.get(key("thing-44"))?.packed)
  })

  it("is told from what is heard of often", () => {
    const { plain, store } = things(300)
    for (let version = 11; version < 400; version++) store.put(facts(299, version))
    assert.strictEqual(plain().length, 256)
  })

  it("is told from what has gone, also after the places of all have moved", () => {
    const { plain, store } = things(400)
    for (let index = 100; index < 400; index++) store.remove(facts(index, 11 + index))
    assert.deepStrictEqual(plain(), [])
    store.put(facts(0, 500))
    store.put(facts(500, 501))
    assert.deepStrictEqual(plain(), ["thing-0", "thing-500"])
    for (let index = 1; index < 100; index++) assert.isTrue(store.get(key(`thing-${index}`))?.packed)
  })
})
