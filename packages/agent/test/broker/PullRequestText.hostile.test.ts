/** What an agent may want its last words to do in a pull request, and in the commit that a squashed merge makes of its body. */
import { assert, describe, it } from "@effect/vitest"
import { inert } from "@orchestrator/domain/Inert"
import * as fc from "fast-check"
import { bodyWith, ownPart, type PullRequestFacts, quoted, titleOf } from "../../src/forge/PullRequestText.ts"

const facts: PullRequestFacts = {
  task: "task 1",
  taskUrl: undefined,
  closing: undefined,
  run: { name: "demo", uid: "uid", attempt: { contextVersion: 2, retry: 0 } },
  summary: "Done.",
  costUsd: undefined,
  costBy: undefined
}

/** What forges and their bots act on in plain text, wherever it stands. */
const acts: ReadonlyArray<RegExp> = [
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+(?:[\w.-]+\/[\w.-]+)?(?:#|GH-)\d/i,
  /(?:issues|pull|merge_requests)\/\d/i,
  /(?<!\w)@\w/,
  /^\s*\/[a-z]/im,
  /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]/i,
  /^\s*(?:signed-off-by|co-authored-by|reviewed-by):/im
]

const attacks = {
  "a closing keyword": "Closes #1",
  "a closing keyword in capitals, with a colon": "FIXES: #12",
  "a closing keyword for another repository": "fixes org/repo#2",
  "a closing keyword with GH-": "Resolves GH-3",
  "a closing keyword with an issue's address": "closes https://github.com/org/repo/issues/4",
  "a closing keyword with a pull request's address": "closes https://github.com/org/repo/pull/4",
  "a closing keyword that a zero width parts": "Clo\u200bses \u2060#\u200b5",
  "a closing keyword that a colour parts": "Clos\u001b[1mes #5",
  "a mention": "ping @octocat please",
  "a mention behind a dot": ".@octocat ...@octocat",
  "a team": "cc @org/security",
  "a mention that a bidi mark hides": "\u202e@octocat",
  "everybody": "@all @here @channel",
  "a slash command": "/approve",
  "a slash command on a later line": "Done.\n/lgtm\n/merge",
  "a slash command behind spaces": "Done.\n   /retest",
  "a slash command behind a carriage return": "Done.\r/approve",
  "a slash command behind a line separator": "Done.\u2028/approve",
  "checks to be skipped": "Done. [skip ci]",
  "checks to be skipped in other words": "[ci skip] [no ci] [skip actions]",
  "a signature": "Done.\n\nSigned-off-by: Somebody Else <a@b.example>",
  "an author": "Co-authored-by: Somebody Else <a@b.example>"
} as const

describe("an agent's last words in a pull request", () => {
  it.each(Object.entries(attacks))("%s acts on nothing, as a body and as a commit message", (_, summary) => {
    const part = ownPart({ ...facts, summary })
    for (const act of acts) assert.notMatch(part, act)
    for (const act of acts) assert.notMatch(part.replaceAll(/^> ?/gm, ""), act)
  })

  it.each(Object.entries(attacks))("%s acts on nothing as a task's title, in a commit's first line", (_, title) => {
    for (const act of acts) assert.notMatch(titleOf(inert(title)), act)
  })

  it.each(Object.entries({
    "an image that tells who reads": "![x](https://evil.example/pixel.png)",
    "an image by HTML": "<img src=https://evil.example/pixel.png>",
    "a link that looks like another": "[https://github.com](https://evil.example)",
    "a folded part": "<details><summary>ok</summary>\nhidden\n</details>",
    "a suggestion to be committed with a click": "```suggestion\nrm -rf /\n```",
    "a diagram": "```mermaid\ngraph TD; A-->B; click A \"https://evil.example\"\n```",
    "a task list": "- [x] reviewed",
    "a table in place of ours": "| Cost | $0.00 |\n|---|---|",
    "a heading": "# Approved",
    "a reference link": "[x]: https://evil.example",
    "the end of our part": "<!-- orchestrator:end -->",
    "the beginning of another run's part": "<!-- orchestrator:run other -->",
    "the end of the fence": "```\n@octocat\n```",
    "the end of a longer fence": `${"`".repeat(40)}\nout\n${"`".repeat(40)}`,
    "a fence of tildes": "~~~\nout\n~~~",
    "a fence with the quotation's mark": "> ```\n> ````````\nout",
    "the end of a code block by a blank line": "a\n\n\nout",
    "math": "$$\\unicode{x202e}$$",
    "a lone surrogate": "\ud83d"
  }))("%s is in a code block that it cannot end", (_, summary) => {
    const lines = quoted(summary).split("\n")
    const fence = /^> (`{3,})text$/.exec(lines[0] ?? "")?.[1]
    assert.isDefined(fence)
    assert.strictEqual(lines.at(-1), `> ${fence}`)
    for (const line of lines.slice(1, -1)) {
      assert.isTrue(line.startsWith("> "))
      assert.notInclude(line, fence)
    }
  })

  it("stay within what a forge takes, whatever they are made of", () => {
    for (const unit of ["\n", "`", "#1", "@a ", "/a\n", "<!--", "\u{1f600}", "[skip ci]"]) {
      assert.isBelow(ownPart({ ...facts, summary: unit.repeat(100_000) }).length, 65_536)
    }
  })

  it("never reach beyond our part", () => {
    const words = fc.array(
      fc.constantFrom(
        "<!--",
        "-->",
        "<!",
        "--",
        ">",
        "`",
        "\n",
        "orchestrator:end",
        "orchestrator:run uid",
        " ",
        "\u200b"
      ),
      { maxLength: 30 }
    ).map((parts) => parts.join(""))
    fc.assert(fc.property(words, words, (before, after) => {
      const first = ownPart({ ...facts, summary: before })
      const second = ownPart({ ...facts, summary: after })
      assert.strictEqual(bodyWith(`Mine.\n${first}\nYours.`, second, "uid"), `Mine.\n${second}\nYours.`)
    }))
  })
})

describe("a title", () => {
  it("is one printable line", () => {
    const title = titleOf("Task 1:\u001b]0;x\u0007 \u202eevil\nCloses")
    assert.strictEqual(title, "Task 1: evil Closes")
  })

  it.each(["Fix it, closes #1", "Ask @octocat", "Done [skip ci]", "/approve"])(
    "of a task's words acts on nothing: %s",
    (title) => {
      for (const act of acts) assert.notMatch(inert(title), act)
    }
  )
})

it.each(["Use a@b.example", "C# and F#", "1/2 of /usr/bin", "see docs/issues/readme.md"])(
  "words that act on nothing stay as they are: %s",
  (text) => assert.strictEqual(inert(text), text)
)
