/** Wrongs in runner and broker: what is said of a push, what is kept of an attempt that was cut off. */
import type { Mutant } from "../Mutant.ts"

const tests = { test: "packages/agent/test/faults/Faults.lab" }

export const agent: ReadonlyArray<Mutant> = [
  {
    name: "a push that the remote refused is called done",
    file: "packages/agent/src/broker/git/Receive.ts",
    find: "if (exitCode !== 0) return refused(whyNot(stdout, stderr), words)",
    replace: "if (exitCode < 0) return refused(whyNot(stdout, stderr), words)",
    by: tests
  },
  {
    name: "the runner reports the commit that it meant to push",
    file: "packages/agent/src/runner/handover/Delivery.ts",
    find: "const headCommit = (yield* upstream.look(\"target\")).heads.get(branch)",
    replace: "const headCommit = head",
    by: tests
  },
  {
    name: "a git folder keeps the locks of a git that was killed",
    file: "packages/agent/src/runner/workspace/GitFolder.ts",
    find: "if (wanted === undefined ||",
    replace: "if (wanted === undefined && name.endsWith(\".lock\")) continue\n    if (wanted === undefined ||",
    by: tests
  },
  {
    name: "commits of an attempt that was cut off are given up",
    file: "packages/agent/src/runner/workspace/CheckOut.ts",
    find: "if (continues && local !== undefined) {",
    replace: "if (continues && onRemote && local !== undefined) {",
    by: tests
  },
  {
    name: "the forge is not asked whose a branch is",
    file: "packages/agent/src/forge/Forge.ts",
    find: "state === \"open\" && hasPartOf(body, runUid)",
    replace: "state === \"merged\" && hasPartOf(body, runUid)",
    by: tests
  },
  {
    name: "a branch that a lost attempt pushed to is not spoken of",
    file: "packages/agent/src/git/Branch.ts",
    find: "remote.has(plain) && contained ? plain : undefined",
    replace: "remote.has(plain) && !contained ? plain : undefined",
    by: tests
  }
]
