import { assert, describe, it } from "@effect/vitest"
import { sessionId } from "@orchestrator/domain/Session"
import { keptPacked, keptRef } from "../../../src/runner/workspace/GitFolder.ts"
import { wantedSessions } from "../../../src/runner/workspace/RenewWorkspace.ts"
import { asidesIn } from "../../../src/runner/workspace/Repository.ts"
import { parseIgnored } from "../../../src/runner/workspace/Worktree.ts"

const commit = "0123456789abcdef0123456789abcdef01234567"

describe("a ref of a clone that somebody else has used", () => {
  it.each([
    { ref: "heads/feature/task-1", want: "heads/feature/task-1" },
    { ref: "remotes/origin/main", want: "remotes/origin/main" },
    { ref: "orchestrator/kept/0123456789ab", want: "orchestrator/kept/0123456789ab" },
    { ref: "stash", want: "orchestrator/kept/0123456789ab" },
    ...[
      "replace/0123",
      "notes/commits",
      "tags/v1",
      "bisect/bad",
      "remotes/evil/main",
      "heads/",
      "heads/../../config",
      "heads/a.lock",
      "heads/.a",
      "heads/-a",
      "heads/a b"
    ].map((ref) => ({ ref, want: undefined }))
  ])("$ref becomes $want", ({ ref, want }) => assert.strictEqual(keptRef(ref, commit), want))

  it.each(["", "ref: refs/heads/main", "0123", `${commit}0`, commit.toUpperCase()])(
    "is none at %j",
    (text) => assert.isUndefined(keptRef("heads/main", text))
  )

  it("among packed ones is kept by the same rule, without what git would trust unseen", () => {
    const text = [
      "# pack-refs with: peeled fully-peeled sorted ",
      `${commit} refs/heads/main`,
      `${commit} refs/replace/${commit}`,
      `${commit} refs/tags/v1`,
      `^${commit}`,
      "nonsense",
      ""
    ].join("\n")
    assert.strictEqual(keptPacked(text), `${commit} refs/heads/main\n`)
  })
})

it("what ignores a file is told apart by its source", () =>
  assert.deepStrictEqual(parseIgnored(["a/.gitignore", "1", "*", "a/x", ".gitignore", "2", "b/", "b", ""].join("\0")), [
    ["a/.gitignore", "a/x"],
    [".gitignore", "b"]
  ]))

it("of clones that lie aside the newest come first, and nothing else counts as one", () =>
  assert.deepStrictEqual(
    asidesIn(["repo", "repo.broken-20260101000000", "repo.broken-20270101000000", "repo.broken-x", "other"], "repo"),
    ["repo.broken-20270101000000", "repo.broken-20260101000000"]
  ))

describe("sessions that an attempt may take up", () => {
  const run = { name: "demo", uid: "3f9c2a1b-1111-4222-8333-444444444444", attempt: { contextVersion: 3, retry: 0 } }
  const own = sessionId(run.uid, 3)
  it.each([
    { name: "its own alone", resumeSession: false, lastSession: "last", want: [own] },
    {
      name: "then the one that the controller knows, then its earlier ones",
      resumeSession: true,
      lastSession: "last",
      want: [own, "last", sessionId(run.uid, 2), sessionId(run.uid, 1)]
    },
    {
      name: "its earlier ones where the controller knows none",
      resumeSession: true,
      lastSession: undefined,
      want: [own, sessionId(run.uid, 2), sessionId(run.uid, 1)]
    }
  ])("$name", ({ want, ...given }) => assert.deepStrictEqual(wantedSessions({ ...given, run, sessionId: own }), want))

  it("are bounded, whatever the attempt's number", () =>
    assert.lengthOf(
      wantedSessions({
        run: { ...run, attempt: { contextVersion: 1_000_000, retry: 0 } },
        sessionId: own,
        resumeSession: true,
        lastSession: undefined
      }),
      11
    ))
})
