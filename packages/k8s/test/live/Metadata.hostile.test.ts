import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cutsOfSpec, metadataIn, metadataInEvent, standInsOf, textWithout } from "../../src/live/Metadata.ts"

const managed = [{
  manager: "kubectl",
  operation: "Update",
  fieldsV1: { "f:metadata": { "f:labels": { ".": {}, "k:{\"name\":\"x\"}": {} } } }
}]

const objectOf = (metadata: object, rest: object = {}) => ({ kind: "Job", apiVersion: "batch/v1", metadata, ...rest })

/** The version that a text names, and the text without its managed fields. */
const foundIn = (text: string) => {
  const bytes = Buffer.from(text)
  const found = metadataIn(bytes)
  return found && { ...found, rest: textWithout(bytes, found.managedFields === undefined ? [] : [found.managedFields]) }
}

const version = { name: "a", namespace: "n", uid: "u", resourceVersion: "12" }

describe("metadata of a text", () => {
  it("names the version, and leaves the managed fields out wherever they stand", () => {
    for (
      const metadata of [
        { ...version, managedFields: managed },
        { managedFields: managed, ...version },
        { ...version, managedFields: managed, labels: { app: "x" } },
        { ...version, managedFields: [] },
        version
      ]
    ) {
      const found = foundIn(JSON.stringify(objectOf(metadata, { spec: { a: 1 } })))
      const { managedFields: _, ...kept } = { managedFields: undefined, ...metadata }
      assert.deepInclude(found, version)
      assert.deepStrictEqual(JSON.parse(found?.rest ?? ""), objectOf(kept, { spec: { a: 1 } }))
    }
  })

  it("leaves alone what only looks like managed fields", () => {
    const object = objectOf({
      ...version,
      annotations: { said: "\"managedFields\":[{}],\"x\":" },
      labels: { managedFields: "mine" }
    }, { spec: { template: { metadata: { managedFields: managed } } } })
    assert.deepStrictEqual(JSON.parse(foundIn(JSON.stringify(object))?.rest ?? ""), object)
  })

  it.each([
    ["no object", "[]"],
    ["spaces between", JSON.stringify(objectOf(version), undefined, 1)],
    ["a field before the metadata", JSON.stringify({ spec: {}, ...objectOf(version) })],
    ["a name with an escape", JSON.stringify(objectOf({ ...version, name: "a\"b" }))],
    ["a key with an escape", JSON.stringify(objectOf(version)).replace("\"uid\"", "\"u\\u0069d\"")],
    ["a uid that is none", JSON.stringify(objectOf({ ...version, uid: 7 }))],
    ["a text that does not end", JSON.stringify(objectOf(version)).slice(0, 70)]
  ])("says nothing of %s", (_, text) => assert.isUndefined(foundIn(text)))

  it("of events, only what was added, changed or taken away is named", () => {
    const eventOf = (type: string) => metadataInEvent(Buffer.from(JSON.stringify({ type, object: objectOf(version) })))
    for (const type of ["ADDED", "MODIFIED", "DELETED"]) assert.deepInclude(eventOf(type), version)
    for (const type of ["BOOKMARK", "ERROR"]) assert.isUndefined(eventOf(type))
  })

  const nasty = fc.oneof(
    fc.string(),
    fc.constantFrom("]", "}],\"a", "\"managedFields\":[", "\\", "\\\"", "}]},\"spec\":{", "{", "[", "\u2028")
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      nasty,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(nasty, tie("tree"), { maxKeys: 3, noNullPrototype: true })
    )
  }))

  it("what is left of any object with stand-ins in its spec parses to the object with them, or not at all", () => {
    const standIns = { template: { spec: {} }, containers: [] }
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(nasty, fc.constantFrom("template", "containers", "suspend")), tree),
        tree,
        tree,
        (
          fields,
          managedFields,
          status
        ) => {
          const object = objectOf({ ...version, managedFields }, { spec: { ...fields }, status })
          const bytes = Buffer.from(JSON.stringify(object))
          const found = metadataIn(bytes)
          if (found === undefined) return
          const managed = found.managedFields === undefined ? [] : [found.managedFields]
          const cuts = cutsOfSpec(bytes, found, standInsOf(standIns))
          let left: unknown
          try {
            left = JSON.parse(textWithout(bytes, [...managed, ...cuts]))
          } catch {
            return
          }
          const there = Object.fromEntries(Object.entries(standIns).filter(([name]) => Object.hasOwn(fields, name)))
          const spec = cuts.length === 0 ? fields : { ...fields, ...there }
          assert.deepStrictEqual(left, JSON.parse(JSON.stringify(objectOf(version, { spec, status }))))
          // Where every key stands as it is, nothing is missed.
          if (Object.keys(fields).every((key) => /^\w+$/.test(key))) assert.lengthOf(cuts, Object.keys(there).length)
        }
      ),
      { numRuns: 5000 }
    )
  })

  it("what is left of any object parses to the object without its managed fields, or not at all", () => {
    fc.assert(
      fc.property(tree, tree, tree, tree, (labels, managedFields, more, spec) => {
        const metadata = {
          name: "a",
          labels,
          managedFields,
          ...(Array.isArray(more) ? { finalizers: more } : { more })
        }
        const { managedFields: _, ...kept } = metadata
        const found = foundIn(JSON.stringify(objectOf(metadata, { spec })))
        let left: unknown
        try {
          left = JSON.parse(found?.rest ?? "")
        } catch {
          return
        }
        assert.deepStrictEqual(left, JSON.parse(JSON.stringify(objectOf(kept, { spec }))))
      }),
      { numRuns: 5000 }
    )
  })
})
