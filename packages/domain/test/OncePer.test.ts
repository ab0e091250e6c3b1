import { assert, it } from "@effect/vitest"
import { oncePer } from "../src/OncePer.ts"

it("what follows from an object is worked out once for each object, however alike they are", () => {
  const asked: Array<object> = []
  const of = oncePer((given: { readonly name: string }) => {
    asked.push(given)
    return { greeting: `Hello ${given.name}` }
  })
  const one = { name: "ada" }
  const other = { name: "ada" }
  assert.strictEqual(of(one), of(one))
  assert.notStrictEqual(of(one), of(other))
  assert.deepStrictEqual(of(other), { greeting: "Hello ada" })
  assert.deepStrictEqual(asked, [one, other])
})
