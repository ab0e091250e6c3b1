/**
 * Versions of a kind's API beside `v1`, which is what is stored and what the program reads. A version is two functions, to v1 and back; between two
 * of them an object goes through v1, so that none knows another. `answerReview` is what a conversion webhook answers. See docs/adr/0055.
 */
import { Result } from "effect"
import { group } from "./Labels.ts"

export interface VersionedObject {
  readonly apiVersion: string
  readonly [key: string]: unknown
}

/** What a version has where v1 has something else; metadata is never touched. */
export interface ApiVersion {
  readonly toHub: (object: VersionedObject) => VersionedObject
  readonly fromHub: (object: VersionedObject) => VersionedObject
}

export type ApiVersions = Readonly<Record<string, ApiVersion>>

const hub: ApiVersion = { toHub: (object) => object, fromHub: (object) => object }

/** The same object as another version has it. */
export const convert = (
  versions: ApiVersions,
  object: VersionedObject,
  apiVersion: string
): Result.Result<VersionedObject, string> => {
  const all: ApiVersions = { ...versions, v1: hub }
  const find = (name: string) => {
    const version = name.startsWith(`${group}/`) ? name.slice(group.length + 1) : ""
    return Object.hasOwn(all, version) ? all[version] : undefined
  }
  const [from, to] = [find(object.apiVersion), find(apiVersion)]
  const unknown = from === undefined ? object.apiVersion : to === undefined ? apiVersion : undefined
  if (from === undefined || to === undefined) {
    const known = Object.keys(all).map((version) => `${group}/${version}`).join(", ")
    return Result.fail(`expected one of ${known}, found ${unknown}`)
  }
  return Result.succeed({ ...to.fromHub(from.toHub(object)), apiVersion })
}

type Path = readonly [string, ...ReadonlyArray<string>]
type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const take = (object: Json, [key, ...rest]: ReadonlyArray<string>): readonly [found: unknown, left: Json] => {
  if (key === undefined || !Object.hasOwn(object, key)) return [undefined, object]
  const { [key]: value, ...others } = object
  if (rest.length === 0) return [value, others]
  if (!isObject(value)) return [undefined, object]
  const [found, left] = take(value, rest)
  return [found, Object.keys(left).length === 0 ? others : { ...others, [key]: left }]
}

const put = (object: Json, [key, ...rest]: ReadonlyArray<string>, value: unknown): Json => {
  if (key === undefined) return object
  const inner = object[key]
  return { ...object, [key]: rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value) }
}

/** All are taken before any is put, so that two fields may change places. */
const move = (object: VersionedObject, moves: ReadonlyArray<readonly [from: Path, to: Path]>): VersionedObject => {
  let left: Json = object
  const found = moves.map(([from, to]) => {
    const [value, rest] = take(left, from)
    left = rest
    return [to, value] as const
  })
  const moved = found.reduce((into, [to, value]) => value === undefined ? into : put(into, to, value), left)
  return { ...moved, apiVersion: object.apiVersion }
}

/**
 * A version whose fields are v1's under other names or in other places. Nothing is lost where a place below a new object is not one of v1's, and that
 * object is not there empty.
 */
export const movedFields = (moves: ReadonlyArray<{ readonly hub: Path; readonly here: Path }>): ApiVersion => ({
  toHub: (object) => move(object, moves.map(({ here, hub }) => [here, hub])),
  fromHub: (object) => move(object, moves.map(({ here, hub }) => [hub, here]))
})

/** `request` of a ConversionReview. */
export interface ConversionRequest {
  readonly uid: string
  readonly desiredAPIVersion: string
  readonly objects: ReadonlyArray<VersionedObject>
}

/** The review that the API server gets back: all of the objects, or why not. */
export const answerReview = (versions: ApiVersions, { desiredAPIVersion, objects, uid }: ConversionRequest) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "ConversionReview",
  response: {
    uid,
    ...Result.match(Result.all(objects.map((object) => convert(versions, object, desiredAPIVersion))), {
      onSuccess: (convertedObjects) => ({ result: { status: "Success" }, convertedObjects }),
      onFailure: (message) => ({ result: { status: "Failed", message }, convertedObjects: [] })
    })
  }
})
