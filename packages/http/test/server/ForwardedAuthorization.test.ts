import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { addUser, TestAccess } from "../fixtures/TestAccess.ts"
import { ask } from "../fixtures/TestApi.ts"

const list = (headers: Readonly<Record<string, string>>) => ask("GET", "/api/v1/code-runs", { headers })

it.effect("a token that a proxy has taken no notice of counts as if it had been sent as Authorization", () =>
  Effect.gen(function*() {
    yield* addUser("reader", () => true)
    yield* addUser("nobody", () => false)
    assert.strictEqual((yield* list({})).status, 401)
    assert.strictEqual((yield* list({ "x-orchestrator-authorization": "Bearer reader" })).status, 200)
    assert.strictEqual((yield* list({ "x-orchestrator-authorization": "Bearer nobody" })).status, 403)
    assert.strictEqual((yield* list({ "x-orchestrator-authorization": "reader" })).status, 401)
  }).pipe(Effect.provide(TestAccess)))

it.effect("an Authorization of the request's own is the one that counts", () =>
  Effect.gen(function*() {
    yield* addUser("reader", () => true)
    const both = { authorization: "Bearer unknown", "x-orchestrator-authorization": "Bearer reader" }
    assert.strictEqual((yield* list(both)).status, 401)
  }).pipe(Effect.provide(TestAccess)))
