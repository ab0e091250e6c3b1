/** The generated OpenAPI document as other people's generators, linters and renderers want it. Pure. */
import { type Json, objectOf, rewrite } from "./openapi/Json.ts"
import { eachOperation, withParameters } from "./openapi/Parameters.ts"
import { headers, withDiscriminator, withHeaders } from "./openapi/Responses.ts"
import { withSchemas } from "./openapi/Schemas.ts"

const license = { name: "Apache-2.0", identifier: "Apache-2.0" }

const servers = [{ url: "/", description: "The server that serves this document" }]

export const finishDocument = (document: Json): Json => {
  const plain = withSchemas(document)
  const schemas = objectOf(objectOf(plain["components"])["schemas"])
  const { components, info, paths, ...rest } = objectOf(rewrite(plain, withDiscriminator(schemas)))
  return {
    ...rest,
    info: { ...objectOf(info), license },
    servers,
    paths: eachOperation(paths, (operation) => withHeaders(withParameters(operation))),
    components: { ...objectOf(components), headers }
  }
}

/** For operations whose body may be left out. */
export const optionalBody = (operation: Json): Json => ({
  ...operation,
  requestBody: { ...objectOf(operation["requestBody"]), required: false }
})
