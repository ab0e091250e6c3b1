/**
 * Manifests as kubectl takes them, one or several documents of YAML or JSON, as requests of the API. What the API does not take is
 * refused: a label that silently stays behind would be missed later. Pure.
 */
import { isKindName, runKinds } from "@orchestrator/domain/kinds/RunKinds"
import { Predicate, Result } from "effect"
import type { Submission } from "./Submission.ts"
import { yamlDocuments } from "./YamlDocuments.ts"

const apiVersion = "orchestrator.platform/v1"

const field = (value: object, name: string): unknown => Reflect.get(value, name)

const shown = (value: unknown): string => value === undefined ? "nothing" : JSON.stringify(value)

/** What an API server adds to what was applied; of no meaning for a new run. */
const serverFields = new Set([
  "name",
  "namespace",
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid"
])

/** kubectl's own note of what was applied. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

const isEmpty = (value: unknown): boolean =>
  value === undefined || Predicate.isObject(value) && Object.keys(value).every((key) => key === lastApplied)

const metadataProblem = (metadata: object, namespace: string): string | undefined => {
  const extra = Object.keys(metadata).find((key) => !serverFields.has(key) && !isEmpty(field(metadata, key)))
  if (extra !== undefined) {
    return `metadata.${extra} cannot be set over HTTP: leave it out, or apply the manifest with kubectl`
  }
  const wanted = field(metadata, "namespace")
  return wanted === undefined || wanted === namespace
    ? undefined
    : `metadata.namespace: expected ${namespace}, the server's namespace, found ${shown(wanted)}`
}

const submissionOf = (
  document: unknown,
  source: string,
  namespace: string
): Result.Result<ReadonlyArray<Submission>, string> => {
  const fail = (why: string) => Result.fail(`${source}: ${why}`)
  if (!Predicate.isObject(document) || Array.isArray(document)) {
    return fail(`expected a manifest of a ${Object.keys(runKinds).join(" or ")}, found ${shown(document).slice(0, 80)}`)
  }
  const kind = field(document, "kind")
  const items = field(document, "items")
  if (kind === "List" && Array.isArray(items)) {
    return Result.map(
      Result.all(items.map((item: unknown, index) => submissionOf(item, `${source}, item ${index + 1}`, namespace))),
      (all) => all.flat()
    )
  }
  if (typeof kind !== "string" || !isKindName(kind)) {
    return fail(`expected the kind ${Object.keys(runKinds).join(" or ")}, found ${shown(kind)}`)
  }
  const version = field(document, "apiVersion")
  if (version !== apiVersion) return fail(`expected apiVersion ${apiVersion}, found ${shown(version)}`)
  const metadata = field(document, "metadata") ?? {}
  if (!Predicate.isObject(metadata)) return fail(`expected metadata with a name, found ${shown(metadata)}`)
  const problem = metadataProblem(metadata, namespace)
  if (problem !== undefined) return fail(problem)
  const name = field(metadata, "name")
  const body = { ...(name === undefined ? {} : { name }), spec: field(document, "spec") }
  return Result.succeed([{ kind: runKinds[kind], body, source, key: undefined }])
}

/** Every run of a text, or the first thing that is none. */
export const readManifests = (
  text: string,
  source: string,
  namespace: string
): Result.Result<ReadonlyArray<Submission>, string> => {
  const documents = yamlDocuments(text)
  if (Result.isFailure(documents)) return Result.fail(`${source}: ${documents.failure}`)
  const contents = documents.success.filter(Predicate.isNotNullish)
  if (contents.length === 0) return Result.fail(`${source}: expected a manifest, found nothing`)
  const named = (index: number) => contents.length === 1 ? source : `${source}, document ${index + 1}`
  return Result.map(
    Result.all(contents.map((content, index) => submissionOf(content, named(index), namespace))),
    (all) => all.flat()
  )
}
