/** Wrongs in what several shards do beside each other. */
import { cases, type Mutant } from "../Mutant.ts"

const election = "packages/k8s/src/leadership/ShardElection.ts"
const controller = "packages/controller/src/loop/Controller.ts"

export const shards: ReadonlyArray<Mutant> = [
  {
    name: "who is at work for another shard does not count where it is read",
    file: "packages/controller/src/loop/Observe.ts",
    find: "!elsewhere.includes(read.claim)",
    replace: "true",
    by: cases("S32", [], ["I7"])
  },
  {
    name: "a number that has lost its shard is nobody's",
    file: controller,
    find: "yield* leadership.alsoLead(number)",
    replace: "yield* Effect.void",
    by: cases("S30", [], ["I4"])
  },
  {
    name: "what a shard looks after it acts on without its Lease",
    file: controller,
    find: "if (number === undefined || acts(number)) return yield* reconcile(key)",
    replace: "if (number !== -1) return yield* reconcile(key)",
    by: cases(["S30", "S31"], [], ["I6"])
  },
  {
    name: "runs of other shards take no slot",
    file: "packages/controller/src/line/Line.ts",
    find: "of.jobs > 0 || (run !== undefined && hasStartedElsewhere(snapshot, run))",
    replace: "of.jobs > 0",
    by: { test: "packages/controller/test/line/Shards.test.ts" }
  },
  {
    name: "work on what was lost is not waited for",
    file: election,
    find: "new Set([held, ...working]",
    replace: "new Set([held]",
    by: { test: "packages/k8s/test/leadership/ShardElection.test.ts" }
  },
  {
    name: "a term goes on when a number is lost",
    file: election,
    find: "() => Effect.suspend(() => held.delete(number) ? tell : Effect.void)",
    replace: "() => Effect.sync(() => void held.delete(number))",
    by: { test: "packages/k8s/test/leadership/ShardElection.test.ts" }
  }
]
