import { assert, describe, it } from "@effect/vitest"
import { need, notSignedIn, renewToken, signedIn, signOut, token } from "../../src/connect/Session.ts"

const session = () => {
  const ends: Array<string> = []
  return {
    ends,
    stop: async () => {
      ends.push("stopped")
    },
    leave: () => {
      ends.push("left")
    }
  }
}

const anotherTabSignsOut = async () => {
  const heard = new BroadcastChannel("orchestrator.session")
  const other = new BroadcastChannel("orchestrator.session")
  await new Promise((resolve) => {
    heard.addEventListener("message", resolve)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    other.postMessage("signed out")
  })
  heard.close()
  other.close()
}

describe("a session whose tokens are renewed", () => {
  it("ends where one signs out, at the provider too", async () => {
    const mine = session()
    signedIn("one", false, mine)
    await signOut()
    assert.deepStrictEqual(mine.ends, ["stopped", "left"])
    assert.isUndefined(token())
    assert.strictEqual(need(), "first")
  })

  it("ends where one signs out in another tab", async () => {
    const mine = session()
    signedIn("one", false, mine)
    await anotherTabSignsOut()
    assert.deepStrictEqual(mine.ends, ["stopped"])
    assert.isUndefined(token())
  })

  it("ends where somebody else signs in", () => {
    const mine = session()
    signedIn("one", false, mine)
    signedIn("two", false)
    assert.deepStrictEqual(mine.ends, ["stopped"])
    assert.strictEqual(token(), "two")
  })

  it("goes on with a new token where the one before had expired", () => {
    signedIn("one", false, session())
    notSignedIn()
    assert.strictEqual(need(), "again")
    renewToken("two")
    assert.strictEqual(need(), "none")
    assert.strictEqual(token(), "two")
  })
})
