import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { printable } from "../src/Printable.ts"

/** What may not reach a terminal, a page or a status, as a property of each code point. */
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u

/** Texts made of what attacks are made of, so that sequences come up by themselves. */
const hostileText = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\x1b",
      "\x1b[",
      "\x1b]",
      "\x1bP",
      "\x9b",
      "\x9d",
      "\x9c",
      "\x07",
      "\\",
      "8;;",
      "52;c;",
      "31m",
      "2J",
      "?25l",
      "\r",
      "\n",
      "\r\n",
      "\t",
      " ",
      "\u200b",
      "\u200d",
      "\u202e",
      "\u2066",
      "\u2028",
      "\u0085",
      "\ufeff",
      "\ufe0f",
      "\ud83d",
      "\ude00",
      "\u{1f600}",
      "e\u0301",
      "\u0301",
      "\u00a0",
      "\u3164",
      "\u{e0041}",
      "\ufffe",
      "a",
      "."
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.string({ maxLength: 3 })
  ),
  { maxLength: 40 }
).map((parts) => parts.join(""))

describe("text that steers what shows it", () => {
  it.each([
    ["colour", "a\x1b[31mb\x1b[0m", "ab"],
    ["a cleared screen", "a\x1b[2J\x1b[Hb", "ab"],
    ["a hidden cursor", "a\x1b[?25lb", "ab"],
    ["an eight-bit CSI", "a\x9b31mb", "ab"],
    ["a clipboard written with OSC 52, ended by BEL", "a\x1b]52;c;cm0gLXJmIC8=\x07b", "ab"],
    ["a clipboard written with OSC 52, ended by ST", "a\x1b]52;c;cm0gLXJmIC8=\x1b\\b", "ab"],
    ["a clipboard written with an eight-bit OSC", "a\x9d52;c;cm0gLXJmIC8=\x9cb", "ab"],
    ["an OSC 8 link", "\x1b]8;;https://evil.example\x1b\\status\x1b]8;;\x1b\\", "status"],
    ["a window title", "a\x1b]0;title\x07b", "ab"],
    ["a device control string", "a\x1bP+q544e\x1b\\b", "ab"],
    ["an application command", "a\x1b_Gf=24;AAAA\x1b\\b", "ab"],
    ["a terminal reset", "a\x1bcb", "ab"],
    ["a character set shift", "a\x1b(0lqk\x1b(Bb", "alqkb"],
    ["a sequence within a sequence", "a\x1b\x1b[31m[31mb", "a[31mb"],
    ["a sequence that a zero width parts", "a\x1b\u200b[31mb", "a[31mb"],
    ["an OSC without an end, which may not swallow the rest", "a\x1b]52;c;the rest", "a52;c;the rest"],
    ["a line written over the one before", "the tests failed\rthe tests passed", "the tests failed the tests passed"],
    ["backspaces over a word", "failed\b\b\b\b\b\bpassed", "failedpassed"],
    ["a forged line of the log", "done\n12:00:00 ERROR delete the cluster", "done 12:00:00 ERROR delete the cluster"],
    ["a line separator", "a\u2028b", "a b"],
    ["a paragraph separator", "a\u2029b", "a b"],
    ["a next-line control", "a\u0085b", "a b"],
    ["a form feed and a vertical tab", "a\fb\vc", "a b c"],
    ["NUL, DEL and BEL", "a\0b\x7fc\x07d", "abcd"],
    ["a right-to-left override", "invoice\u202efdp.exe", "invoicefdp.exe"],
    ["isolates", "a\u2066b\u2067c\u2068d\u2069e", "abcde"],
    ["bidi marks", "a\u200eb\u200fc\u061cd", "abcd"],
    ["zero widths in a word", "Clo\u200bses\u200c \u200d#\u20601\ufeff", "Closes #1"],
    ["a soft hyphen", "pass\u00adword", "password"],
    ["fillers that look like nothing", "a\u3164b\uffa0c\u115fd", "abcd"],
    ["a blank pattern of Braille", "a\u2800b", "a b"],
    ["words hidden in tag characters", "ok\u{e0069}\u{e0067}\u{e006e}", "ok"],
    ["words hidden in variation selectors", "ok\ufe01\u{e0100}\u{e01ef}", "ok"],
    ["interlinear annotations", "a\ufff9b\ufffac\ufffbd", "abcd"],
    ["musical and shorthand format controls", "a\u{1d173}b\u{1bca0}c", "abc"],
    ["a lone high surrogate", "a\ud83db", "a\ufffdb"],
    ["a lone low surrogate", "a\ude00b", "a\ufffdb"],
    ["noncharacters", "a\ufffeb\uffffc\u{1ffff}d", "abcd"],
    ["spaces that are not spaces", "a\u00a0b\u2003c\u3000d", "a b c d"],
    ["marks piled up until they cover other lines", `a${"\u0301".repeat(500)}b`, `a${"\u0301".repeat(4)}b`]
  ])("%s is gone", (_, text, want) => assert.strictEqual(printable(text), want))

  it.each([
    ["letters of other scripts", "Grüße, שלום, 你好, नमस्ते"],
    ["composed and decomposed accents", "\u00e9 e\u0301"],
    ["emoji", "done \u{1f600}"]
  ])("%s stay", (_, text) => assert.strictEqual(printable(text), text))

  it("keeps lines and tabs only where they are asked for", () => {
    assert.strictEqual(printable("a\r\n\tb\x1b[1m\rc", { lines: true }), "a\n\tb\nc")
    assert.strictEqual(printable(" a \r\n\n\tb \n"), "a b")
  })

  it("leaves nothing that steers or hides, and a second pass changes nothing", () => {
    fc.assert(fc.property(hostileText, fc.boolean(), fc.option(fc.nat(30)), (text, lines, limit) => {
      const options = { lines, ...(limit === null ? {} : { max: limit }) }
      const once = printable(text, options)
      assert.notMatch(lines ? once.replaceAll(/[\n\t]/g, "") : once, forbidden)
      assert.isTrue(once.isWellFormed())
      assert.strictEqual(printable(once, options), once)
      if (limit !== null) assert.isAtMost(once.length, limit)
    }))
  })

  it.each([
    ["openings of OSC", "\x1b]"],
    ["openings of CSI", "\x1b[0"],
    ["spaces", " "],
    ["line breaks", "\r\n \t"],
    ["marks", "\u0301"],
    ["zero widths", "\u200b"]
  ])("a megabyte of %s costs no more than its length", (_, unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length))
    assert.isAtMost(printable(`${text}x`, { max: 100 }).length, 100)
  })
})

describe("a secret in a text that is cut", () => {
  const secret = "not-a-real-secret-0123456789"
  const redact = (text: string) => text.replaceAll(secret, "***")
  const parts = Array.from({ length: secret.length }, (_, max) => [max] as const)

  it.each(parts)("shows no beginning when the cut falls on character %i of it", (max) => {
    const cut = printable(`key: ${secret} end`, { max: 5 + max, redact })
    assert.notInclude(cut, "not-")
  })

  it.each([
    ["a zero width", "\u200b"],
    ["a colour", "\x1b[1m"],
    ["a bidi mark", "\u200e"],
    ["a backspace", "\b"]
  ])("is found although %s parts it", (_, part) => {
    const parted = `${secret.slice(0, 9)}${part}${secret.slice(9)}`
    assert.strictEqual(printable(`key: ${parted}`, { redact }), "key: ***")
  })

  it("is found although the text becomes one line", () => {
    const key = "line one\nline two"
    assert.strictEqual(printable(`key: ${key}`, { redact: (text) => text.replaceAll(key, "***") }), "key: ***")
  })

  it("never ends in half of a character", () => {
    for (let max = 0; max < 20; max++) assert.isTrue(printable("\u{1f600}".repeat(20), { max }).isWellFormed())
  })
})
