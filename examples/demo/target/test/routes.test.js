import assert from "node:assert/strict"
import { test } from "node:test"
import { respond } from "../src/routes.js"

test("greets the world", () => {
  assert.deepEqual(respond("GET", "/hello"), { status: 200, body: { message: "Hello, world!" } })
})

test("knows no other path", () => {
  assert.equal(respond("GET", "/other").status, 404)
})
