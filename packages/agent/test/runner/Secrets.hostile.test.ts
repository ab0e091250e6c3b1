/** A secret on its way out of the pod: cut, parted, disguised, in the log, the result, the evidence and the pull request. */
import { assert, describe, it } from "@effect/vitest"
import { formatBrokerResult } from "@orchestrator/domain/BrokerResult"
import { printable } from "@orchestrator/domain/Printable"
import { decodeEvent, redacted } from "../../src/agents/claude/Stream.ts"
import { logLines } from "../../src/agents/claude/StreamLog.ts"
import { lastWords } from "../../src/git/Git.ts"
import { redactor } from "../../src/pod/Redact.ts"
import { short } from "../../src/pod/Short.ts"

const secret = "not/a+real=secret-0123456789"
const key = "-----BEGIN FAKE KEY-----\nbm90LWEtcmVhbC1rZXkx\nbm90LWEtcmVhbC1rZXky\n-----END FAKE KEY-----"
const redact = redactor({ MY_TOKEN: secret, DEPLOY: key, BLANKED_VARIABLES: "DEPLOY" })

/** Whether six characters in a row of the secret are there. */
const shows = (text: string, hidden = secret): boolean =>
  Array.from({ length: hidden.length - 5 }, (_, at) => hidden.slice(at, at + 6)).some((part) => text.includes(part))

const places = Array.from({ length: 48 }, (_, index) => ({ before: 130 + index }))

describe("a secret where a line of the log ends", () => {
  it.each(places)("shows nothing of itself after $before characters", ({ before }) => {
    const text = `${"x".repeat(before)} ${secret} and more ${"y".repeat(100)}`
    const event = (block: object) =>
      decodeEvent(JSON.stringify({ type: "assistant", message: { id: "m", model: "m", content: [block] } }))
    for (const block of [{ type: "text", text }, { type: "tool_use", name: "Bash", input: { command: text } }]) {
      const said = event(block)
      assert.isDefined(said)
      for (const line of logLines(said, redact)) assert.isFalse(shows(line), line)
    }
    assert.isFalse(shows(short(text, undefined, redact)))
  })
})

describe("a secret where git's last words begin", () => {
  it.each(Array.from({ length: 40 }, (_, index) => ({ after: 570 + index })))(
    "shows nothing of itself $after characters before the end",
    ({ after }) => assert.isFalse(shows(lastWords(`fatal: ${secret} ${"z ".repeat(after / 2)}`, redact)))
  )

  it("and where nobody knows the secret, no word is cut in two", () => {
    for (let after = 560; after < 610; after++) {
      const words = lastWords(`fatal: ${secret} ${"z".repeat(after)}`)
      assert.strictEqual(shows(words), words.includes(secret))
    }
  })
})

describe("a secret in another form", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64")
  it.each([
    ["in base64", base64(secret), secret.length],
    ["in base64 behind one letter", base64(`a${secret}`), 0],
    ["in base64 behind a user's name", base64(`user:${secret}`), 0],
    ["in base64 within an object", base64(JSON.stringify({ auth: secret })), 0],
    ["in base64 for addresses", Buffer.from(`xx${secret}`).toString("base64url"), 0],
    ["in hexadecimal digits", Buffer.from(secret).toString("hex"), 0],
    ["in an address", `https://x.example/?token=${encodeURIComponent(secret)}`, 0],
    ["in JSON", JSON.stringify({ k: secret }), 0],
    ["in JSON within JSON", JSON.stringify(JSON.stringify({ k: secret })), 0],
    ["one line of a key", "echo bm90LWEtcmVhbC1rZXky", 0],
    ["a whole key", key, 0],
    ["a key in JSON", JSON.stringify(key), 0]
  ])("%s is blanked", (_, text) => {
    const clean = redact(text)
    assert.notStrictEqual(clean, text)
    assert.isFalse(shows(clean))
    assert.isFalse(shows(Buffer.from(clean.replaceAll("***", ""), "base64").toString("latin1")))
    assert.notInclude(clean, "bm90LWEtcmVhbC1rZXky")
  })

  it.each([["a zero width", "\u200b"], ["a colour", "\u001b[31m"], ["a soft hyphen", "\u00ad"], ["a bell", "\u0007"]])(
    "parted by %s is blanked",
    (_, part) => {
      const text = `token ${secret.slice(0, 12)}${part}${secret.slice(12)} end`
      assert.strictEqual(printable(text, { redact }), "token *** end")
      assert.strictEqual(short(text, undefined, redact), "token *** end")
      assert.strictEqual(lastWords(text, redact), "token *** end")
    }
  )

  it("in the agent's last words is blanked before they go into a result or a pull request", () => {
    const line = JSON.stringify({ type: "result", subtype: "success", result: `Done with ${secret}`, errors: [secret] })
    const event = redacted(decodeEvent(line), redact)
    assert.isDefined(event)
    assert.isFalse(shows(JSON.stringify(event)))
    assert.include(JSON.stringify(event), "Done with ***")
  })

  it("in a broker's message is not cut before it is blanked", () => {
    const problem = redact(`${"p".repeat(990)} ${secret}`)
    const text = formatBrokerResult({ forgeKnown: false, models: {}, costComplete: true, problem })
    assert.isFalse(shows(text))
  })
})

it("a short value is no secret in disguise: words that look like it stay", () => {
  const plain = redactor({ A_TOKEN: "secret" })
  assert.strictEqual(plain("c2VjcmV0 736563726574"), "c2VjcmV0 736563726574")
})
