import { assert, describe, it } from "@effect/vitest"
import { createHmac } from "node:crypto"
import { isSigned, signatureOf } from "../../src/events/Signature.ts"

const secret = "a-secret-of-the-test-only"
const body = new TextEncoder().encode("{\"a\": 1}")
const good = signatureOf(secret, body)

describe("a signature", () => {
  // https://docs.github.com/webhooks: "Testing the webhook payload validation".
  it("is what GitHub says it is", () =>
    assert.strictEqual(
      signatureOf("It's a Secret to Everybody", "Hello, World!"),
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    ))

  it.each<readonly [string, ReadonlyArray<string>, Uint8Array, string | undefined, boolean]>([
    ["of the secret", [secret], body, good, true],
    ["without its prefix, as Gitea's own header has it", [secret], body, good.slice(7), true],
    ["of either secret, while one is changed for another", ["new-secret-of-the-test", secret], body, good, true],
    ["of nobody, where there is no secret", [], body, good, false],
    ["of another secret", ["new-secret-of-the-test"], body, good, false],
    ["of another body", [secret], new TextEncoder().encode("{\"a\":1}"), good, false],
    ["that is missing", [secret], body, undefined, false],
    ["that is empty", [secret], body, "", false],
    ["that is cut", [secret], body, good.slice(0, -2), false],
    ["that is longer", [secret], body, `${good}00`, false],
    ["of an empty key", [secret], body, signatureOf("", body), false],
    ["by SHA-1", [secret], body, `sha1=${createHmac("sha1", secret).update(body).digest("hex")}`, false],
    ["of what is no hexadecimal", [secret], body, `sha256=${"g".repeat(64)}`, false]
  ])("%s", (_, secrets, bytes, header, want) => assert.strictEqual(isSigned(secrets, bytes, header), want))
})
