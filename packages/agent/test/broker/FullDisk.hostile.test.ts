/** A broker whose disk is full when it begins cannot say later what it has delivered: it does not begin. */
import { assert, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, PlatformError, Result } from "effect"
import { BrokerConfig, decodeBrokerSettings } from "../../src/broker/services/BrokerConfig.ts"
import { BrokerReport } from "../../src/broker/services/BrokerReport.ts"
import { Credentials } from "../../src/broker/services/Credentials.ts"
import { place } from "../fixtures/Broker.ts"

const full = (method: string) =>
  Effect.fail(
    PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method, description: "ENOSPC: no space left" })
  )

const report = (files: Partial<FileSystem.FileSystem>) =>
  BrokerReport.layer.pipe(Layer.provide([
    Layer.effect(
      BrokerConfig,
      Effect.map(place, ({ environment }) => Result.getOrThrow(decodeBrokerSettings(environment)))
    ),
    Layer.mock(Credentials, { guard: () => {}, redact: (text) => text }),
    FileSystem.layerNoop({
      readFileString: () => full("readFileString"),
      writeFileString: () => Effect.void,
      rename: () => Effect.void,
      writeFile: () => Effect.void,
      ...files
    })
  ]))

it.live.each([
  { name: "the copy of its report", files: { writeFileString: () => full("writeFileString") } },
  { name: "its termination message", files: { writeFile: () => full("writeFile") } }
])("$name cannot be written", ({ files }) =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(Effect.scoped(Layer.build(report(files))))
    assert.include(error.message, "ENOSPC")
  }))

it.live("what cannot be written later is logged, and written with the next change", () =>
  Effect.gen(function*() {
    let isFull = false
    const written: Array<string> = []
    const files = {
      writeFileString: (_: string, text: string) =>
        isFull ? full("writeFileString") : Effect.sync(() => void written.push(text))
    }
    yield* Effect.gen(function*() {
      const { update } = yield* BrokerReport
      isFull = true
      yield* update((result) => ({ ...result, turns: 1 }))
      isFull = false
      yield* update((result) => ({ ...result, turns: 2 }))
    }).pipe(Effect.provide(report(files)))
    assert.lengthOf(written, 2)
  }))
