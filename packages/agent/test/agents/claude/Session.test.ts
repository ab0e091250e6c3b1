import { assert, describe, it } from "@effect/vitest"
import type { SessionFacts, SessionPlan, Transcript } from "../../../src/agents/AgentCli.ts"
import { isStub, planSession, transcriptFolder } from "../../../src/agents/claude/Session.ts"
import { goOnPrompt, type PromptParts, startPrompt } from "../../../src/runner/loop/Prompt.ts"

const here = (id: string): [string, Transcript] => [id, { path: `/c/${id}.jsonl`, stub: false, here: true }]
const facts = (changes: Partial<SessionFacts>): SessionFacts => ({
  sessionId: "new",
  wanted: true,
  earlier: [],
  transcripts: new Map(),
  ...changes
})

describe("planSession", () => {
  it.each<{ name: string; given: Partial<SessionFacts>; want: SessionPlan }>([
    { name: "a first attempt is new", given: { wanted: false }, want: { sessionId: "new", resume: undefined } },
    {
      name: "the newest session of this run",
      given: { earlier: ["b", "a"], transcripts: new Map([here("a"), here("b"), here("c")]) },
      want: { sessionId: "b", resume: "b" }
    },
    {
      name: "none that nobody names, although its transcript is there",
      given: { earlier: [], transcripts: new Map([here("a"), here("b")]) },
      want: { sessionId: "new", resume: undefined, problem: "no earlier session of this workspace is known" }
    },
    {
      name: "an older one where the newest has no transcript",
      given: { earlier: ["b", "a"], transcripts: new Map([here("a")]) },
      want: { sessionId: "a", resume: "a" }
    },
    {
      name: "what the controller knows to be the last comes first",
      given: { last: "c", earlier: ["a"], transcripts: new Map([here("a"), here("c")]) },
      want: { sessionId: "c", resume: "c" }
    },
    {
      name: "unless its transcript is gone",
      given: { last: "c", earlier: ["a"], transcripts: new Map([here("a")]) },
      want: { sessionId: "a", resume: "a" }
    },
    {
      name: "a transcript of another folder is named by its path",
      given: {
        earlier: ["a"],
        transcripts: new Map([["a", { path: "/c/a.jsonl", stub: false, here: false }]])
      },
      want: { sessionId: "a", resume: "/c/a.jsonl" }
    },
    {
      name: "an attempt that had begun goes on, wanted or not",
      given: { wanted: false, transcripts: new Map([here("new")]) },
      want: { sessionId: "new", resume: "new" }
    },
    {
      name: "a stub of this attempt makes room",
      given: { wanted: false, transcripts: new Map([["new", { path: "/c/new.jsonl", stub: true, here: true }]]) },
      want: { sessionId: "new", resume: undefined, stub: "/c/new.jsonl" }
    },
    {
      name: "a wanted resume that is not possible says why",
      given: { earlier: ["a"] },
      want: {
        sessionId: "new",
        resume: undefined,
        problem: "the transcript of session a is no longer on the workspace"
      }
    },
    {
      name: "a workspace without sessions says so",
      given: {},
      want: { sessionId: "new", resume: undefined, problem: "no earlier session of this workspace is known" }
    }
  ])("$name", ({ given, want }) => assert.deepStrictEqual(planSession(facts(given)), want))

  it("a transcript with nothing but queue operations is a stub", () => {
    assert.isTrue(isStub(""))
    assert.isTrue(isStub("{\"type\":\"queue-operation\"}\n"))
    assert.isFalse(isStub("{\"type\":\"queue-operation\"}\n{\"type\":\"user\",\"mess"))
  })

  it("a folder's name is its path in letters and digits", () => {
    assert.deepStrictEqual(transcriptFolder("/workspace/target-repo/a_b"), {
      name: "-workspace-target-repo-a-b",
      cut: false
    })
    assert.strictEqual(transcriptFolder(`/${"x".repeat(300)}`).name.length, 200)
  })
})

describe("the prompt", () => {
  const parts = { resumed: false, previous: undefined, notes: [] }

  it.each(["/cost", "- x", "@/etc/passwd", "plain"])("never begins with a user's text: %j", (text) => {
    for (const resumed of [true, false]) {
      assert.match(startPrompt({ ...parts, text, resumed }), /^Task:\n\n/)
    }
    assert.include(startPrompt({ ...parts, text }), text)
  })

  const previous = (reason: string, message?: string) => ({ reason, ...(message === undefined ? {} : { message }) })
  it.each<{ name: string; given: Partial<PromptParts>; want: RegExp; never?: RegExp }>([
    { name: "a first attempt: nothing", given: {}, want: /^Task:\n\nDo it\.\n$/ },
    {
      name: "after a refused push: the remote's words, and not that it was interrupted",
      given: { resumed: true, previous: previous("PushRejected", "The remote refused b: no secrets, says @/etc/hook") },
      want: /did not count \(PushRejected\)\. The remote refused b: no secrets, says \\@\/etc\/hook\./,
      never: /interrupted/
    },
    {
      name: "after no changes, in a new session",
      given: { previous: previous("NoChanges", "The agent changed nothing: Done.") },
      want: /did not count \(NoChanges\)\. The agent changed nothing: Done\.[\s\S]*git status/,
      never: /interrupted/
    },
    {
      name: "after a loss: that it was interrupted, and by what",
      given: { resumed: true, previous: previous("InfraLost", "The pod was evicted: low on memory") },
      want: /You were interrupted \(InfraLost\)\. The pod was evicted: low on memory\. Calls that were in flight/
    },
    {
      name: "after a cancellation",
      given: { resumed: true, previous: previous("Cancelled") },
      want: /interrupted \(Cancelled\)/
    },
    {
      name: "after a limit",
      given: { resumed: true, previous: previous("RateLimited", "5-hour limit reached") },
      want: /did not count \(RateLimited\)\. 5-hour limit reached/
    },
    {
      name: "after a delivery",
      given: { resumed: true, previous: previous("Delivered") },
      want: /was delivered/,
      never: /interrupted|not count/
    },
    {
      name: "in a session of another run: that, and no more",
      given: { resumed: true },
      want: /an earlier session of this service/,
      never: /interrupted|not count/
    },
    {
      name: "words of several lines on one, without what steers a terminal",
      given: { previous: previous("PushRejected", "one\n\n# two\u001b[2J\n- three") },
      want: /\(PushRejected\)\. one # two - three\. Where/
    },
    {
      name: "and of the tree",
      given: { resumed: true, notes: ["A merge is in progress."] },
      want: /\n- A merge is in progress\./
    }
  ])("tells of the attempt before: $name", ({ given, never, want }) => {
    const prompt = startPrompt({ ...parts, text: "Do it.", ...given })
    assert.match(prompt, want)
    if (never !== undefined) assert.notMatch(prompt, never)
    assert.match(prompt, /Do it\.\n$/)
  })

  it("of a process that goes on in the pod says why the one before ended", () =>
    assert.match(goOnPrompt("the agent was killed"), /^Task:[\s\S]*interrupted: the agent was killed\.[\s\S]*Finish/))
})
