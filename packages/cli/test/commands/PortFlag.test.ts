import { NodeServices } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { portFlag } from "../../src/commands/flags/portFlag.ts"

const parsed = (text: string) =>
  portFlag("kube-port").parse({ flags: { "kube-port": [text] }, arguments: [] }).pipe(
    Effect.map(([, port]) => port),
    Effect.provide(NodeServices.layer)
  )

it.effect.each(["0", "65535"])("%s is a port", (text) =>
  Effect.gen(function*() {
    assert.strictEqual(yield* parsed(text), Number(text))
  }))

it.effect.each(["65536", "-1", "x"])("%s is refused by the flag's name", (text) =>
  Effect.gen(function*() {
    assert.include((yield* Effect.flip(parsed(text))).message, "--kube-port")
  }))
