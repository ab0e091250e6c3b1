/** Whoever has no link, an old one, or one that somebody has used, gets no token. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { makeSignInLinks } from "../../src/services/SignInLinks.ts"

const token = Redacted.make("an-obviously-fake-token")

const redeemed = (links: ReturnType<typeof makeSignInLinks>, code: string) =>
  Effect.map(links.redeem(code), (found) => found === undefined ? undefined : Redacted.value(found))

describe("a one-time link", () => {
  it.effect("is good once", () =>
    Effect.gen(function*() {
      const links = makeSignInLinks(token)
      const code = yield* links.make
      assert.match(code, /^[\w-]{43}$/)
      assert.strictEqual(yield* redeemed(links, code), "an-obviously-fake-token")
      assert.isUndefined(yield* redeemed(links, code))
    }))

  it.effect("is good for one of those who try it at the same time", () =>
    Effect.gen(function*() {
      const links = makeSignInLinks(token)
      const code = yield* links.make
      const all = yield* Effect.all(Array.from({ length: 50 }, () => redeemed(links, code)), {
        concurrency: "unbounded"
      })
      assert.lengthOf(all.filter((each) => each !== undefined), 1)
    }))

  it.effect("is good for ten minutes", () =>
    Effect.gen(function*() {
      const links = makeSignInLinks(token)
      const [early, late] = [yield* links.make, yield* links.make]
      yield* TestClock.adjust("599 seconds")
      assert.isDefined(yield* redeemed(links, early))
      yield* TestClock.adjust("1 second")
      assert.isUndefined(yield* redeemed(links, late))
    }))

  it.effect("is not good while nobody has made it, and forging costs the real one nothing", () =>
    Effect.gen(function*() {
      const links = makeSignInLinks(token)
      assert.isUndefined(yield* redeemed(links, ""))
      const code = yield* links.make
      const forged = ["", " ", `${code} `, code.slice(0, -1), `${code}A`, code.toLowerCase(), "A".repeat(43), "\0", "ü"]
      for (const each of forged) assert.isUndefined(yield* redeemed(links, each), JSON.stringify(each))
      assert.isDefined(yield* redeemed(links, code))
    }))

  it.effect("is one of the latest eight", () =>
    Effect.gen(function*() {
      const links = makeSignInLinks(token)
      const codes = yield* Effect.all(Array.from({ length: 9 }, () => links.make))
      assert.lengthOf(new Set(codes), 9)
      assert.isUndefined(yield* redeemed(links, codes[0] ?? ""))
      for (const code of codes.slice(1)) assert.isDefined(yield* redeemed(links, code))
    }))
})
