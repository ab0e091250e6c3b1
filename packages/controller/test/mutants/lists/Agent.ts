/** Wrongs in runner and broker: what is said of a push, what is kept of an attempt that was cut off. */
import type { ByTest, Mutant } from "../Mutant.ts"

const where = (named: string): ByTest => ({ test: "packages/agent/test/faults/Faults.lab", named })

export const agent: ReadonlyArray<Mutant> = [
  {
    name: "the broker reports what it asked the remote to take",
    file: "packages/agent/src/broker/git/Target.ts",
    find: "const headCommit = isOwn(now) ? heads.get(branch) : undefined",
    replace:
      "const headCommit = isOwn(now) || now.offered !== undefined ? now.offered?.commit ?? heads.get(branch) : undefined",
    by: where("the remote takes no push")
  },
  {
    name: "the runner reports the commit that it meant to push",
    file: "packages/agent/src/runner/handover/Delivery.ts",
    find: "const headCommit = (yield* upstream.look(\"target\")).heads.get(branch)",
    replace: "const headCommit = head",
    by: where("the remote takes no push")
  },
  {
    name: "a file of the workspace is written in its place",
    file: "packages/agent/src/pod/Plain.ts",
    find: `yield* fs.writeFileString(\`\${path}.new\`, text, { flag: "wx", mode: 0o600 })
  if ((yield* kindOf(path)) === "Directory") yield* discard(path)
  yield* fs.rename(\`\${path}.new\`, path)`,
    replace: `if ((yield* kindOf(path)) === "Directory") yield* discard(path)
  yield* fs.writeFileString(path, text, { mode: 0o600 })`,
    by: where("the node is lost while the runner notes")
  },
  {
    name: "commits of an attempt that was cut off are given up",
    file: "packages/agent/src/runner/workspace/CheckOut.ts",
    find: "if (continues && local !== undefined) {",
    replace: "if (continues && onRemote && local !== undefined) {",
    by: where("the node is lost when the agent had committed")
  },
  {
    name: "the forge is not asked whose a branch is",
    file: "packages/agent/src/forge/Forge.ts",
    find: "state === \"open\" && hasPartOf(body, runUid)",
    replace: "state === \"merged\" && hasPartOf(body, runUid)",
    by: where("the node is lost when the pull request was opened")
  },
  {
    name: "a branch that a lost attempt pushed to is not spoken of",
    file: "packages/agent/src/git/Branch.ts",
    find: "remote.has(plain) && contained ? plain : undefined",
    replace: "remote.has(plain) && !contained ? plain : undefined",
    by: where("the node is lost when the branch was pushed")
  }
]
