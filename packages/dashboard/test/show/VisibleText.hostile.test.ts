import { assert, describe, it } from "@effect/vitest"
import { beginningOf, finderOf, firstLines, visiblePieces, visibleText } from "../../src/show/VisibleText.ts"

// oxlint-disable-next-line no-control-regex
const steering = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u

const every = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))

describe("what cannot be seen or steers what shows it", () => {
  it.each([
    { given: "\u001b[31mred\u001b[0m", want: "␛[31mred␛[0m" },
    { given: "\u001b]0;title\u0007x", want: "␛]0;title␇x" },
    { given: "a\u0000b\u0008c\u007f", want: "a␀b␈c␡" },
    { given: "\u009b2J", want: "⟨U+009B⟩2J" },
    { given: "old\rnew", want: "old␍new" },
    { given: "one\r\ntwo", want: "one␍\ntwo" },
    { given: "user\u202etxt.exe", want: "user⟨U+202E⟩txt.exe" },
    { given: "\u2066if admin\u2069", want: "⟨U+2066⟩if admin⟨U+2069⟩" },
    { given: "pass\u200bword", want: "pass⟨U+200B⟩word" },
    { given: "\ufeffbegin", want: "⟨U+FEFF⟩begin" },
    { given: "half \ud83d of it", want: "half ⟨U+D83D⟩ of it" },
    { given: "\udc00", want: "⟨U+DC00⟩" },
    { given: "\u{e0041}", want: "⟨U+E0041⟩" },
    { given: "a\ufe0fb", want: "a⟨U+FE0F⟩b" },
    { given: "a\u{e0101}", want: "a⟨U+E0101⟩" },
    { given: "line\u2028par\u2029", want: "line⟨U+2028⟩par⟨U+2029⟩" },
    { given: "blank\u2800\u3164", want: "blank⟨U+2800⟩⟨U+3164⟩" },
    { given: `z${"\u0335".repeat(50)}`, want: `z${"\u0335".repeat(4)}⟨…⟩` }
  ])("$want", ({ given, want }) => assert.strictEqual(visibleText(given), want))

  it("is a mark that says what it is", () => {
    assert.deepStrictEqual(visiblePieces("a\u202eb"), [
      { kind: "plain", text: "a" },
      { kind: "mark", text: "⟨U+202E⟩", title: "right-to-left override (U+202E)" },
      { kind: "plain", text: "b" }
    ])
  })

  it("is never left, of all of Unicode", () => {
    const left = every.filter((character) => steering.test(visibleText(`x${character}y`)))
    assert.deepStrictEqual(left, [])
  })

  it("leaves everything else as it is", () => {
    const ordinary = "<script>alert(1)</script> &lt; javascript:alert(1) שלום عربى naïve e\u0301 \t\n 👍🏽 ❤️ 👨‍👩‍👧 1️⃣ 中文"
    assert.strictEqual(visibleText(ordinary), ordinary)
    assert.deepStrictEqual(visiblePieces("<b>"), [{ kind: "plain", text: "<b>" }])
  })

  it("is marked in a megabyte of it too", () => {
    const text = "a\u200b".repeat(262_144) + "\u001b".repeat(262_144) + "\u0301".repeat(262_144) + "👍".repeat(131_072)
    assert.isFalse(steering.test(visibleText(text)))
  })
})

describe("words that are looked for", () => {
  it("are pieces of their own, in capitals or not", () => {
    assert.deepStrictEqual(visiblePieces("An ERROR, error", finderOf("error")), [
      { kind: "plain", text: "An " },
      { kind: "match", text: "ERROR" },
      { kind: "plain", text: ", " },
      { kind: "match", text: "error" }
    ])
  })

  it("are words and no pattern", () => {
    assert.deepStrictEqual(visiblePieces("a.b axb", finderOf("a.b"))[0], { kind: "match", text: "a.b" })
    for (const words of ["(", "[a-", "\\", "*", "{2}", "^$", "a|b", "-/", "\\p{L}"]) {
      assert.deepStrictEqual(visiblePieces(`x${words}y`, finderOf(words))[1], { kind: "match", text: words })
    }
  })

  it("that are none find nothing", () => assert.isUndefined(finderOf("")))

  it("keep their place where capitals are longer", () => {
    assert.deepStrictEqual(visiblePieces("İİ error", finderOf("ERROR")).at(-1), { kind: "match", text: "error" })
  })
})

describe("the beginning of a text", () => {
  it("parts no character", () => {
    assert.deepStrictEqual(beginningOf("ab👍c", 3), { text: "ab", left: 3 })
    assert.deepStrictEqual(beginningOf("ab👍c", 4), { text: "ab👍", left: 1 })
    assert.deepStrictEqual(beginningOf("ab", 4), { text: "ab", left: 0 })
  })

  it("is of so many lines, or shorter where they are long", () => {
    assert.deepStrictEqual(firstLines("1\n2\n3", 2, 100), { text: "1\n2", left: 2 })
    assert.deepStrictEqual(firstLines("1\n2", 2, 100), { text: "1\n2", left: 0 })
    assert.deepStrictEqual(firstLines("x".repeat(1_000_000), 2, 100), { text: "x".repeat(100), left: 999_900 })
    assert.deepStrictEqual(firstLines("", 2, 100), { text: "", left: 0 })
  })
})
