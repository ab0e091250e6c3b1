import { assert, it } from "@effect/vitest"
import fc from "fast-check"
import { makePack, whole } from "../../src/facts/Packed.ts"
import { packText, unpackText } from "../../src/facts/PackedText.ts"

const name = fc.constantFrom("code-api-v1-3f9c2a1b", "api-service", "\u00ff".repeat(300), "служба", "")
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  name,
  fc.tuple(name, fc.string(), name).map((parts) => parts.join("")),
  fc.uuid(),
  fc.uuid().map((uuid) => uuid.toUpperCase()),
  fc.uuid().map((uuid) => `job-${uuid.slice(0, 8)}`),
  fc.date({ min: new Date(0), max: new Date("2300-01-01"), noInvalidDate: true }).map((date) =>
    date.toISOString().replace(/\.\d+/, "")
  ),
  fc.constantFrom("2026-02-30T08:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T08:00:00X", "00000000")
)
const leaf = fc.oneof(
  text,
  text,
  fc.double(),
  fc.integer(),
  fc.nat(5),
  fc.boolean(),
  fc.constantFrom(null, undefined, NaN, 0xffffffff, 0x100000000)
)
const key = fc.oneof(fc.constantFrom("message", "phase", "namespace", "name", "1"), fc.string({ maxLength: 5 }))
const { fields } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("value"), { maxLength: 4 }), tie("fields")),
  fields: fc.dictionary(key, tie("value"), { maxKeys: 6, noNullPrototype: true })
}))

const isUnusual = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.entries(value).some(([name, each]) => name === "__proto__" || isUnusual(each))
    : Object.is(value, -0) || value === Infinity || value === -Infinity

const runs = { numRuns: 500 }

it("whatever is packed is made again", () => {
  fc.assert(
    fc.property(fields, fc.constantFrom("one", "another"), (value, by) => {
      const object = value as object
      const packed = packText(object, by)
      if (packed === undefined) return isUnusual(value)
      assert.deepStrictEqual(unpackText(JSON.parse(packed.template), packed.own, packed.texts), value)
      return true
    }),
    runs
  )
})

it("facts of any fields say packed what they say plain", () => {
  const pack = makePack()
  const identity = { namespace: "orchestrator", name: "thing", resourceVersion: "7" }
  fc.assert(
    fc.property(fields, (value) => {
      const facts = (uid: string) => ({ ...value as object, ...identity, uid })
      const plain = facts("5f9c2a1b-0000-4000-8000-000000000001")
      for (const uid of ["5f9c2a1b-0000-4000-8000-000000000002", "5f9c2a1b-0000-4000-8000-000000000003"]) {
        pack(facts(uid))
        pack(facts(uid))
      }
      const packed = pack(plain)
      for (const [field, wanted] of Object.entries(plain)) {
        assert.deepStrictEqual(Reflect.get(packed, field), wanted, field)
      }
      assert.deepStrictEqual({ ...whole(packed) }, plain)
    }),
    runs
  )
})

it("objects that are made by a class stay as they are", () => {
  class Made {
    readonly field = 1
  }
  assert.isUndefined(packText({ made: new Made() }, ""))
})
