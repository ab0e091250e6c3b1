/** Request bodies: JSON, YAML, or the protobuf that clients of built-in kinds send. */
import { apiVersionOf, type Kind } from "@orchestrator/k8s/Kinds"
import type { JsonPatchOperation, Patch } from "@orchestrator/k8s/KubernetesClient"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { KubernetesObject } from "@orchestrator/k8s/Objects"
import { Predicate, Result } from "effect"
import { parse } from "yaml"
import { badRequest, refused } from "../objects/Refusal.ts"
import { decodeProtobuf, ProtobufError } from "./protobuf/Protobuf.ts"

type Parsed<A> = Result.Result<A, KubernetesErrorReason>

const attempt = (text: string, decode: (text: string) => unknown): Parsed<unknown> =>
  Result.try({
    try: () => decode(text),
    catch: (error) =>
      badRequest(`the body of the request could not be read: ${error instanceof Error ? error.message : error}`)
  })

const mediaType = (contentType: string): string => contentType.split(";")[0]?.trim().toLowerCase() ?? ""

const yamlTypes = ["application/yaml", "application/apply-patch+yaml", "text/yaml"]

const jsonTypes = ["", "application/json", "text/plain", "application/x-www-form-urlencoded"]

/** JSON is what clients mostly send under these types, and a hundred times quicker to read. */
const decodeYaml = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return parse(text)
  }
}

const decodeBinary = (bytes: Uint8Array): Parsed<unknown> =>
  Result.try({
    try: () => decodeProtobuf(bytes),
    catch: (error) => refused(415, error instanceof ProtobufError ? error.message : String(error))
  })

const protobufType = "application/vnd.kubernetes.protobuf"

/** An object, or nothing where the body is empty. */
export const decodeBody = (contentType: string, bytes: Uint8Array): Parsed<unknown> => {
  const type = mediaType(contentType)
  if (type === protobufType) return bytes.length === 0 ? Result.succeed(undefined) : decodeBinary(bytes)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
  if (text.trim() === "") return Result.succeed(undefined)
  if (yamlTypes.includes(type)) return attempt(text, decodeYaml)
  return jsonTypes.includes(type) || type.endsWith("+json")
    ? attempt(text, JSON.parse)
    : Result.fail(refused(
      415,
      `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf`
    ))
}

/** What of a path an object must agree with. */
export interface Place {
  readonly kind: Kind
  /** Custom kinds must be named in the object. */
  readonly isCustom: boolean
  readonly namespace: string | undefined
  readonly name: string | undefined
}

const complete = (body: object, place: Place): KubernetesObject => {
  const metadata = Predicate.hasProperty(body, "metadata") && Predicate.isObject(body.metadata) ? body.metadata : {}
  return {
    apiVersion: apiVersionOf(place.kind),
    kind: place.kind.kind,
    ...body,
    metadata: {
      ...metadata,
      ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
      ...(place.name === undefined ? {} : { name: place.name })
    }
  }
}

const field = (body: unknown, name: string): unknown => Predicate.hasProperty(body, name) ? body[name] : undefined

/** Why an object cannot be of this place, in the words of the API server. */
const misplaced = (body: object, { isCustom, kind, name, namespace }: Place): string | undefined => {
  const [apiVersion, kindName, metadata] = [field(body, "apiVersion"), field(body, "kind"), field(body, "metadata")]
  if (isCustom && (apiVersion === undefined || kindName === undefined)) {
    return `the object provided is unrecognized (must be of type ${kind.kind}): apiVersion or kind is missing`
  }
  if (kindName !== undefined && kindName !== kind.kind) {
    return `${kindName} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${kind.kind}`
  }
  if (apiVersion !== undefined && apiVersion !== apiVersionOf(kind)) {
    return `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`
  }
  const [foundName, foundNamespace] = [field(metadata, "name"), field(metadata, "namespace")]
  if (name !== undefined && foundName !== undefined && foundName !== "" && foundName !== name) {
    return `the name of the object (${foundName}) does not match the name on the URL (${name})`
  }
  return namespace !== undefined && foundNamespace !== undefined && foundNamespace !== "" &&
      foundNamespace !== namespace
    ? `the namespace of the provided object does not match the namespace sent on the request`
    : undefined
}

/** The object of a create or replace request, with what its path says filled in. */
export const objectOf = (body: unknown, place: Place): Parsed<KubernetesObject> => {
  if (!Predicate.isObject(body)) return Result.fail(badRequest("expected an object in the body of the request"))
  const problem = misplaced(body, place)
  return problem === undefined ? Result.succeed(complete(body, place)) : Result.fail(badRequest(problem))
}

const patchTypes: Readonly<Record<string, Patch["type"]>> = {
  "application/merge-patch+json": "merge",
  "application/json-patch+json": "json",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply"
}

const operations = ["add", "remove", "replace", "move", "copy", "test"]

const isOperation = (value: unknown): value is JsonPatchOperation =>
  Predicate.hasProperty(value, "op") && typeof value.op === "string" && operations.includes(value.op) &&
  Predicate.hasProperty(value, "path") && typeof value.path === "string"

/** Custom resources have no merge keys. */
const customPatchTypes = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"]

/** The type of a patch by its content type; a kind with a definition takes no strategic ones. */
export const patchTypeOf = (contentType: string, isCustom: boolean): Parsed<Patch["type"]> => {
  const media = mediaType(contentType)
  const type = patchTypes[media]
  const taken = isCustom ? customPatchTypes : Object.keys(patchTypes)
  return type !== undefined && taken.includes(media) ? Result.succeed(type) : Result.fail(refused(
    415,
    `the body of the request was in an unknown format - accepted media types include: ${taken.join(", ")}`
  ))
}

export interface ApplyParameters {
  readonly fieldManager: string
  readonly force: boolean
}

/**
 * @param apply wanted for an apply only
 */
export const patchOf = (type: Patch["type"], body: unknown, apply: ApplyParameters | undefined): Parsed<Patch> => {
  switch (type) {
    case "json":
      return Array.isArray(body) && body.every(isOperation)
        ? Result.succeed({ type, body })
        : Result.fail(badRequest("expected a list of operations, each with op and path, in the body of the request"))
    case "apply":
      return Predicate.isObject(body)
        ? Result.succeed({ type, body, fieldManager: apply?.fieldManager ?? "", force: apply?.force === true })
        : Result.fail(badRequest("expected an object in the body of the request"))
    default:
      return Predicate.isObject(body)
        ? Result.succeed({ type, body })
        : Result.fail(badRequest("expected an object in the body of the request"))
  }
}
