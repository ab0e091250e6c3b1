/** Wrongs in leadership: who acts, and with what it knows. */
import { cases, type Mutant } from "../Mutant.ts"

const election = "packages/k8s/src/leadership/LeaderElection.ts"
const record = "packages/k8s/src/leadership/LeaseRecord.ts"
const tests = { test: "packages/k8s/test/leadership" }

export const lead: ReadonlyArray<Mutant> = [
  {
    name: "a leader writes after its lease",
    file: "packages/k8s/src/leadership/Leadership.ts",
    find: "may ? write : Effect.fail(",
    replace: "may || ref !== \"\" ? write : Effect.fail(",
    by: cases("S1L", "leadership", "I6", "create PersistentVolumeClaim")
  },
  {
    name: "a leader does not see that its time is over",
    file: election,
    find: "held !== undefined && now < held.until)",
    replace: "held !== undefined && now > 0n)",
    by: cases("S1L", "leadership", "I6", "create PersistentVolumeClaim")
  },
  {
    name: "a term does not end when the lease cannot be renewed",
    file: election,
    find: `yield* end("the lease could not be renewed in time")`,
    replace: "yield* Effect.never",
    by: tests
  },
  {
    name: "a lease is given back before the work is",
    file: election,
    find: `const { lease } = held
    yield* end("stopping")
    const next = released(lease, yield* isoNow)
    yield* client.replace(LeaseKind, next).pipe(Effect.timeout(releaseTimeout), Effect.ignore)`,
    replace: `const { lease } = held
    const next = released(lease, yield* isoNow)
    yield* client.replace(LeaseKind, next).pipe(Effect.timeout(releaseTimeout), Effect.ignore)
    yield* Effect.sleep(10000)
    yield* end("stopping")`,
    by: { ...tests, named: "a leader that stops hands over without a moment passing" }
  },
  {
    name: "a lease is taken before its time is over",
    file: record,
    find: "at + seconds(lease.spec?.leaseDurationSeconds ?? 0)",
    replace: "at + seconds(1)",
    by: tests
  },
  {
    name: "a lease is taken whatever its version",
    file: election,
    find: "const next = taken(current ?? { metadata: { ...ref } }, options, now)",
    replace:
      "const { metadata, ...fields } = taken(current ?? { metadata: { ...ref } }, options, now)\n    const next = { ...fields, metadata: { ...metadata, resourceVersion: undefined } }",
    by: tests
  },
  {
    name: "work goes on when the term is over",
    file: election,
    find: "yield* Effect.raceFirst(Deferred.await(over), Effect.andThen(work({ since, acts }), Effect.never))",
    replace: "yield* Effect.andThen(work({ since, acts }), Effect.as(Effect.never, over))",
    by: tests
  },
  {
    name: "a Lease that somebody else holds ends no term",
    file: election,
    find: "if (held !== undefined && change === \"set\" && holder !== undefined && holder !== identity) {",
    replace: "if (false) {",
    by: tests
  },
  {
    name: "everybody leads who stands for it",
    file: election,
    find: "const free = sighting === undefined || holderOf(sighting.lease) === identity ? now : freeAt(sighting)",
    replace: "const free = now",
    by: cases("S1L", [], ["I5", "I6"])
  }
]
