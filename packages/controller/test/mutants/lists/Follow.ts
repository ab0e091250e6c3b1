/** Wrongs in what is seen of the cluster: reflectors, stores, work queue, the reads where a store may be behind. */
import { cases, type Mutant } from "../Mutant.ts"

const reflector = "packages/k8s/src/Reflector.ts"
const store = "packages/k8s/src/Store.ts"
const queue = "packages/k8s/src/runtime/WorkQueue.ts"
const podStep = "packages/controller/src/loop/PodStep.ts"
const runtime = { test: "packages/k8s/test/runtime" }

export const follow: ReadonlyArray<Mutant> = [
  {
    name: "a DELETED event is lost",
    file: reflector,
    find: `if (type === "DELETED") store.remove(kept)`,
    replace: `if (type === "DELETED") {\n      if (kind.kind !== "") return Effect.void\n    }`,
    by: cases("S6", [], "I5")
  },
  {
    name: "a list keeps what has vanished",
    file: store,
    find: "for (const object of gone) drop(object)",
    replace: "",
    by: cases("S19", "missed", ["I4", "I9"])
  },
  {
    name: "nobody is told of what vanished between two lists",
    file: reflector,
    find: `yield* Effect.forEach(gone, (object) => onChange(object, "removed"), { discard: true })`,
    replace: "",
    by: { test: "packages/k8s/test/Reflector" }
  },
  {
    name: "an older event replaces what is newer",
    file: store,
    find: "if (!isNewer(before === undefined ? revision : versionOf(before), versionOf(object))) set(object)",
    replace: "set(object)",
    by: { test: "packages/k8s/test/Store" }
  },
  {
    name: "an event of what is gone that is told again brings it back",
    file: store,
    find: "before === undefined ? revision : versionOf(before)",
    replace: "before === undefined ? \"\" : versionOf(before)",
    by: cases("S13L", "missed", "I4", "MODIFIED Job")
  },
  {
    name: "the answer to a write replaces what the stream has said since",
    file: store,
    find: `if (revision !== "" && isNewer(versionOf(object), revision)) {`,
    replace: `if (revision !== "") {`,
    by: { test: "packages/k8s/test/Store" }
  },
  {
    name: "a removal of an object's predecessor removes the object",
    file: store,
    find: "if (before !== undefined && identify(before).uid === identify(object).uid) drop(before)",
    replace: "if (before !== undefined) drop(before)",
    by: { test: "packages/k8s/test/Store" }
  },
  {
    name: "a bookmark tells nothing",
    file: reflector,
    find: "store.advance(versionIn(event.object))",
    replace: "",
    by: { test: "packages/k8s/test/Reflector" }
  },
  {
    name: "what came without what never changes is taken for all there is",
    file: reflector,
    find: "event.whole === undefined || store.knows(identityIn(event.object))",
    replace: "true",
    by: { test: "packages/k8s/test/StandIns" }
  },
  {
    name: "a run that has ended is not looked at for the Job that it holds",
    file: "packages/controller/src/loop/Wakeups.ts",
    find: `!jobs.by("ownerName", formatKey(run)).some(({ held }) => held)`,
    replace: "true",
    by: { test: "packages/controller/test/loop/Wakeups.hostile" }
  },
  {
    name: "410 is waited out",
    file: reflector,
    find: `Effect.catchIf((error) => !hasReason("Gone", "Malformed")(error), wait),`,
    replace: `Effect.catchIf((error) => !hasReason("Malformed")(error), wait),`,
    by: { test: "packages/k8s/test/Reflector" }
  },
  {
    name: "a watch goes on from an old revision",
    file: reflector,
    find: "follow({ resourceVersion: store.revision() }, taken)",
    replace: `follow({ resourceVersion: "1" }, taken)`,
    by: { test: "packages/k8s/test/Reflector" }
  },
  {
    name: "a watch that ended is not opened again",
    file: reflector,
    find: "yield* breathe\n  })",
    replace: "return yield* Effect.never\n  })",
    by: cases("S1", "watch", "I4")
  },
  {
    name: "events that say nothing new are forgotten with those that do",
    file: "packages/controller/src/facts/Identity.ts",
    find: "left.uid === right.uid && sameFields(",
    replace: "left.uid === right.uid || sameFields(",
    by: cases("S1", [], ["end", "I4"])
  },
  {
    name: "the pod of a Job that is over is not read",
    file: "packages/controller/src/loop/Observe.ts",
    find: "yield* reads.podsOf(run)",
    replace: "",
    by: { test: "packages/controller/test/program/Late", named: "is judged by what its pod left" }
  },
  {
    name: "a list that cannot be read counts as empty",
    file: "packages/k8s/src/Intake.ts",
    find: "const problem = page.items.map((item) => problemIn(kind, item)).find((each) => each !== undefined)",
    replace: "const problem = undefined",
    by: { test: "packages/controller/test/program/Garbage", named: "a Job without spec" }
  },
  {
    name: "the last state of a pod that is gone is forgotten",
    file: "packages/controller/src/facts/Stores.ts",
    find: "if (jobs.get({ namespace, name: owner.name })?.uid === owner.uid) lastPods.set(owner.uid, last)",
    replace: "",
    by: cases("S25", [], ["end", "I9"])
  },
  {
    name: "an index does not have what an object is found under now",
    file: store,
    find: "for (const value of now) places.add(hashOfValue(value), place)",
    replace: "",
    by: { test: "packages/k8s/test/Store" }
  },
  {
    name: "what failed is not tried again",
    file: "packages/k8s/src/runtime/Reconciler.ts",
    find: "queue.addFailed(key, retryAfter(error))",
    replace: "Effect.void",
    by: { test: "packages/k8s/test/runtime/Reconciler" }
  },
  {
    name: "a conflict is not looked at again",
    file: "packages/k8s/src/runtime/Reconciler.ts",
    find: "queue.addFailed(key, retryAfter(error))",
    replace: "isQuiet(error) ? Effect.void : queue.addFailed(key, retryAfter(error))",
    by: { test: "packages/k8s/test/runtime/Reconciler" }
  },
  {
    name: "the time at which to look again is forgotten",
    file: "packages/k8s/src/runtime/Reconciler.ts",
    find: "if (wakeAt === undefined) return",
    replace: "if (wakeAt !== undefined) return",
    by: { test: "packages/k8s/test/runtime/Reconciler" }
  },
  {
    name: "there is no back-off",
    file: queue,
    find: "firstDelay * 2 ** Math.min(count, 20)",
    replace: "0",
    by: cases("S1", "request", "I5")
  },
  {
    name: "Retry-After is not heeded",
    file: queue,
    find: "Duration.toMillis(atLeast))",
    replace: "0 * Duration.toMillis(atLeast))",
    by: { test: "packages/k8s/test/runtime/Reconciler" }
  },
  {
    name: "Retry-After has no ceiling",
    file: "packages/k8s/src/KubernetesError.ts",
    find: "Math.min(asked, longestRetryAfterSeconds)",
    replace: "asked",
    by: { test: "packages/k8s/test/runtime/Reconciler" }
  },
  {
    name: "the same is done over and over without a pause",
    file: "packages/k8s/src/runtime/Pace.ts",
    find: "count <= freeActs ? 0 :",
    replace: "count >= 0 ? 0 :",
    by: { test: "packages/controller/test/program/Rates", named: "a label taken off the files of a run that works" }
  },
  {
    name: "the queue loses a key that is added while it is worked on",
    file: queue,
    find: "again.set(id, key)",
    replace: "again.delete(id)",
    by: runtime
  },
  {
    name: "the queue gives one key to two workers",
    file: queue,
    find: "if (working.has(id)) again",
    replace: "if (false) again",
    by: runtime
  },
  {
    name: "a start that takes longer than usual wakes nobody",
    file: podStep,
    find: "until !== undefined && !isPast(now, until) && ",
    replace: "until !== undefined && ",
    by: { test: "packages/controller/test/loop/PodStep" }
  },
  {
    name: "what keeps a pod from its first container wakes nobody once it is known",
    file: podStep,
    find: "!hasWarning && ",
    replace: "",
    by: { test: "packages/controller/test/loop/PodStep" }
  },
  {
    name: "that the agent's container runs wakes nobody",
    file: podStep,
    find: "if (after.begun) return",
    replace: "if (after.begun) return true ||",
    by: { test: "packages/controller/test/loop/PodStep" }
  },
  {
    name: "a start of which not all is as it was sent is not looked at again",
    file: "packages/controller/src/loop/Round.ts",
    find: "isLast: asPlanned && isLast(done)",
    replace: "isLast: isLast(done)",
    by: { test: "packages/controller/test/loop/Round" }
  },
  {
    name: "what is left to do with Jobs is not looked at again",
    file: "packages/controller/src/loop/Upkeep.ts",
    find: "[...jobs.values()].filter(isLeft)",
    replace: "[...jobs.values()].filter(() => false)",
    by: { test: "packages/controller/test/program/Unfinished", named: "answered for minutes, and then no more" }
  },
  {
    name: "a defect ends a worker for good",
    file: "packages/k8s/src/runtime/Reconciler.ts",
    find: "Effect.catchCause((cause) => died(key, cause)),",
    replace: "",
    by: { test: "packages/k8s/test/runtime/Reconciler" }
  }
]
