/** The form in which a client wants its answer, by the Accept header. */

export interface Form {
  /** What the answer is converted to; absent: the object itself. */
  readonly as?: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList" | "APIGroupDiscoveryList"
  /** Version of the conversion's group. */
  readonly version?: string
}

const conversions = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList", "APIGroupDiscoveryList"] as const

const versions: Readonly<Record<string, ReadonlyArray<string>>> = {
  "meta.k8s.io": ["v1", "v1beta1"],
  "apidiscovery.k8s.io": ["v2", "v2beta1"]
}

const jsonTypes = ["application/json", "application/*", "*/*"]

const formOf = (entry: string): Form | undefined => {
  const [type = "", ...parameters] = entry.split(";").map((part) => part.trim())
  if (!jsonTypes.includes(type)) return undefined
  const values = Object.fromEntries(parameters.map((parameter) => parameter.split("=", 2)))
  if (values.as === undefined) return {}
  const as = conversions.find((name) => name === values.as)
  return as !== undefined && versions[values.g]?.includes(values.v) ? { as, version: values.v } : undefined
}

/** The first form of the header that is served, in the client's order; undefined where it takes no JSON at all. */
export const negotiate = (accept: string | undefined): Form | undefined => {
  if (accept === undefined || accept.trim() === "") return {}
  for (const entry of accept.split(",")) {
    const form = formOf(entry)
    if (form !== undefined) return form
  }
  return undefined
}
