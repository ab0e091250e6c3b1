/**
 * Where the objects of a kind come in: what cannot be read is left out, and named in the log once a version. What was known of it before
 * stays, so that nothing is taken for gone that is only unreadable; its next version is tried like any other.
 */
import { Cause, Effect, Predicate, Result } from "effect"
import type { Kind } from "./Kinds.ts"
import { KubernetesError } from "./KubernetesError.ts"
import type { KubernetesObject, ObjectList } from "./Objects.ts"
import { objectShape, problemOf, type Shape } from "./Shape.ts"
import { type Identity, type StoreKey, storeKey } from "./Store.ts"

/** Frozen objects that can be read, by the shape that they have: those of the cluster in one process come to many. */
const readable = new WeakMap<object, Shape>()

/** Why an object of the kind cannot be read; undefined: it can. */
export const problemIn = ({ shape = objectShape }: Kind, object: unknown): string | undefined => {
  if (typeof object !== "object" || object === null || !Object.isFrozen(object)) return problemOf(shape, object)
  if (readable.get(object) === shape) return undefined
  const problem = problemOf(shape, object)
  if (problem === undefined) readable.set(object, shape)
  return problem
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => Predicate.isObject(value) ? value : {}

const textOf = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

/** What an object says it is, whatever else it holds. */
export const keyIn = (object: unknown): StoreKey => {
  const { name, namespace } = fieldsOf(fieldsOf(object)["metadata"])
  return { name: textOf(name) ?? "", namespace: textOf(namespace) }
}

export const versionIn = (object: unknown): string =>
  textOf(fieldsOf(fieldsOf(object)["metadata"])["resourceVersion"]) ?? ""

export const identityIn = (object: unknown): Identity => {
  const { name, namespace = "" } = keyIn(object)
  return {
    namespace,
    name,
    uid: textOf(fieldsOf(fieldsOf(object)["metadata"])["uid"]) ?? "",
    resourceVersion: versionIn(object)
  }
}

const malformed = (kind: Kind, operation: string, expected: string) =>
  new KubernetesError({ operation, ref: kind.plural, reason: { _tag: "Malformed", message: `expected ${expected}` } })

/** A page as the API promises it; no items at all are written as null by some servers. */
export const checkedPage = <A>(kind: Kind, page: ObjectList<A>): Result.Result<ObjectList<A>, KubernetesError> => {
  const { items, metadata } = fieldsOf(page)
  const isList = (items === null || Array.isArray(items)) && textOf(fieldsOf(metadata)["resourceVersion"]) !== undefined
  if (!isList) return Result.fail(malformed(kind, "list", "a list with items and a resourceVersion"))
  return Result.succeed(items === null ? { ...page, items: [] } : page)
}

/** A page of which every object can be read: for who must not take what is unreadable for what is not there. */
export const readablePage = <A>(kind: Kind, page: ObjectList<A>): Result.Result<ObjectList<A>, KubernetesError> =>
  Result.flatMap(checkedPage(kind, page), (page) => {
    const problem = page.items.map((item) => problemIn(kind, item)).find((each) => each !== undefined)
    return problem === undefined
      ? Result.succeed(page)
      : Result.fail(malformed(kind, "list", `objects that can be read; ${problem}`))
  })

const eventTypes: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"])

export const checkedEvent = <E>(kind: Kind, event: E): Result.Result<E, KubernetesError> =>
  eventTypes.has(fieldsOf(event)["type"])
    ? Result.succeed(event)
    : Result.fail(malformed(kind, "watch", "an event of ADDED, MODIFIED, DELETED or BOOKMARK"))

/** Longer texts in a log help nobody. */
const longestProblem = 300

export const makeIntake = <A extends KubernetesObject, Kept>(
  kind: Kind<A>,
  project: (object: A, before?: Kept) => Kept
) => {
  /** By key, the version that was named last. */
  const named = new Map<string, string>()

  const read = (object: A, before: Kept | undefined): Result.Result<Kept, string> => {
    const problem = problemIn(kind, object)
    if (problem !== undefined) return Result.fail(problem)
    try {
      return Result.succeed(project(object, before))
    } catch (defect) {
      return Result.fail(`it cannot be read: ${defect}`)
    }
  }

  const leaveOut = (object: unknown, problem: string) => {
    const key = storeKey(keyIn(object))
    const version = versionIn(object)
    if (named.get(key) === version) return Effect.void
    named.set(key, version)
    return Effect.annotateLogs(Effect.logWarning("left out an object that cannot be read, until it changes"), {
      kind: kind.kind,
      object: key,
      resourceVersion: version,
      problem: problem.slice(0, longestProblem)
    })
  }

  /** What is kept of the object; where it cannot be read, what names it. */
  const admit = (object: A, before: Kept | undefined): Result.Result<Kept, Effect.Effect<void>> => {
    const result = read(object, before)
    if (Result.isSuccess(result) && named.size > 0) named.delete(storeKey(keyIn(object)))
    return Result.mapError(result, (problem) => leaveOut(object, problem))
  }

  return { admit }
}

/** A bug in what is done about one object is nobody else's trouble. */
export const survived = (kind: Kind, told: () => Effect.Effect<void>): Effect.Effect<void> => {
  let done: Effect.Effect<void>
  try {
    done = told()
  } catch (defect) {
    done = Effect.die(defect)
  }
  // As after most.
  if (done === Effect.void) return done
  return Effect.catchCauseIf(
    done,
    (cause) => !Cause.hasInterrupts(cause),
    (cause) =>
      Effect.annotateLogs(Effect.logError("a change of an object could not be followed", cause), { kind: kind.kind })
  )
}
