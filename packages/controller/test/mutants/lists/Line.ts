/** Wrongs in who may start, and where. */
import { cases, type Mutant } from "../Mutant.ts"

const turns = "packages/controller/src/line/Turns.ts"

export const line: ReadonlyArray<Mutant> = [
  {
    name: "a suspended run keeps its turn",
    file: "packages/controller/src/line/Waiting.ts",
    find: "!run.cancel && !run.suspended &&",
    replace: "!run.cancel &&",
    by: { test: "packages/controller/test/program/Hold", named: "a suspended run starts when it is resumed" }
  },
  {
    name: "age alone decides who is first",
    file: "packages/controller/src/line/Waiting.ts",
    find: "if (left.lineTime !== right.lineTime) return left.lineTime < right.lineTime",
    replace: "if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt",
    by: { test: "packages/controller/test/program/Hold", named: "the highest priority starts first" }
  },
  {
    name: "possession is what the annotation says: Jobs and pods are not read",
    file: "packages/controller/src/loop/Observe.ts",
    find: "if (claim === undefined || isVacant(stores, run, claim)) return seen",
    replace: "return seen",
    by: { test: "packages/controller/test/program/Possession" }
  },
  {
    name: "a pod in the claim counts no more once its Job is gone",
    file: turns,
    find: `...snapshot.pods.by("claim", claim).filter(({ over }) => !over)`,
    replace: "",
    by: cases("S19", [], "I7")
  },
  {
    name: "a pod of the attempt before is not waited for",
    file: turns,
    find: `if (hasFormerPod(snapshot, run)) return { tag: "ending" }`,
    replace: "",
    by: {
      test: "packages/controller/test/program/Workspace",
      named: "the next attempt waits for the pod of the one before"
    }
  },
  {
    name: "a claim that is being deleted is leased",
    file: turns,
    find: `if (stored?.deleting === true) return { tag: "deleting" }`,
    replace: "",
    by: {
      test: "packages/controller/test/program/Workspace",
      named: "a claim that is being deleted is given to nobody"
    }
  },
  {
    name: "a claim of others is adopted",
    file: "packages/controller/src/line/Workspaces.ts",
    find: `return isTenant(claim.tenant, tenant) ? "mine" : "taken"`,
    replace: `return "mine"`,
    by: { test: "packages/controller/test/line/Workspaces" }
  },
  {
    name: "a Job that was sent and not answered is forgotten",
    file: "packages/controller/src/loop/Observe.ts",
    find: "if (busy !== undefined) return { ...seen, turn: notYet(at, busy) }",
    replace: "",
    by: { test: "packages/controller/test/program/Possession", named: "its Job is on its way while its run is deleted" }
  },
  {
    name: "what the process before may have sent is not waited for",
    file: "packages/controller/src/facts/Underway.ts",
    find: "others = at + longestRequest",
    replace: "others = at",
    by: {
      test: "packages/controller/test/program/Possession",
      named: "arrives after its run was deleted"
    }
  },
  {
    name: "the wait for what the process before may have sent goes by the wall clock",
    file: "packages/controller/src/loop/Observe.ts",
    find: "const now = yield* monotonicMillis",
    replace: "const now = DateTime.toEpochMillis(at.now)",
    by: { test: "packages/controller/test/program/ClockSet", named: "an hour back in a controller's first minute" }
  },
  {
    name: "limits are not looked at",
    file: "packages/controller/src/decide/Plan.ts",
    find: "waitingForCapacity,\n  // Both",
    replace: "// Both",
    by: cases("S20", [], "end")
  },
  {
    name: "the youngest is first in line",
    file: "packages/controller/src/line/Waiting.ts",
    find: `if (left.lineTime !== right.lineTime) return left.lineTime < right.lineTime
  return left.name === right.name ? left.uid < right.uid : left.name < right.name`,
    replace: `if (left.lineTime !== right.lineTime) return left.lineTime > right.lineTime
  return left.name === right.name ? left.uid < right.uid : left.name > right.name`,
    by: { test: "packages/controller/test/program/Workspace" }
  },
  {
    name: "a dependency cycle is not seen",
    file: "packages/controller/src/line/Dependencies.ts",
    find: `if (path !== undefined) return { tag: "cycle", path }`,
    replace: "",
    by: { test: "packages/controller/test/line/Dependencies." }
  },
  {
    name: "dependencies are not waited for",
    file: "packages/controller/src/decide/Plan.ts",
    find: "\n  waitingForDependencies,",
    replace: "",
    by: cases("S16", [], "I4")
  },
  {
    name: "whoever waits for a run is not woken by its end",
    file: "packages/controller/src/loop/Wakeups.ts",
    find: `const dependents = runs[run.kind].by("dependency", dependencyIndex(run.namespace, run.name))`,
    replace: "const dependents: ReadonlyArray<RunKey> = []",
    by: cases("S16", [], "end")
  },
  {
    name: "whoever waits for a claim is not woken by the end of a pod",
    file: "packages/controller/src/loop/Wakeups.ts",
    find: "...(over ? nextFor(pod) : [])",
    replace: "",
    by: cases(["S9", "S19", "S26"], [], "end")
  },
  {
    name: "whoever waits for a slot is not woken",
    file: "packages/controller/src/loop/Controller.ts",
    find: "slotsFreed ? Effect.andThen(enqueueAll(runs), enqueueAdmitted) : enqueueAll(runs)",
    replace: "enqueueAll(runs)",
    by: cases("S20", [], "end")
  },
  {
    name: "two runs of one task have one branch",
    file: "packages/controller/src/loop/Observe.ts",
    find: "contested: !hasJob && isContested(run),",
    replace: "contested: false,",
    by: {
      test: "packages/controller/test/program/Retry",
      named: "runs of one task that begin together are each told to take a branch"
    }
  }
]
