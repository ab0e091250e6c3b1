/** Whether the key of the model API works: one request that costs nothing, sent only where brokers send it, and never in clear. */
import { dialects } from "@orchestrator/agent/model/Dialects"
import type { OrchestratorConfig } from "@orchestrator/domain/OrchestratorConfig"
import { printable } from "@orchestrator/domain/Printable"
import { Effect } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { fail, type Line, ok, warn } from "../serve/Line.ts"
import type { Look } from "./Facts.ts"

const check = "model key"

/** A look at what models there are: every API has one, and none charges for it. */
const modelsPath = "/v1/models"

const decoded = (data: Readonly<Record<string, string>>, key: string | undefined): string | undefined => {
  const text = key === undefined ? undefined : data[key]
  if (text === undefined) return undefined
  const value = Buffer.from(text, "base64").toString("utf8").trim()
  return value === "" ? undefined : value
}

const isSafe = (url: string): boolean => {
  const { hostname, protocol } = new URL(url)
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
}

const answerLine = (status: number, baseUrl: string, secret: string): Line => {
  if (status >= 200 && status < 300) return ok(check, `${baseUrl} accepts it`)
  if (status === 401 || status === 403) {
    return fail(
      check,
      `${baseUrl} answers ${status}: the key in the Secret ${secret} is not accepted`,
      "Replace it with one that is valid"
    )
  }
  return warn(
    check,
    `${baseUrl} answers ${status} to a look at its models`,
    "Is model.baseUrl right, and does it know this path?"
  )
}

export const modelKeyLine = Effect.fn("doctor.modelKey")(function*(
  { model: { baseUrl }, secrets }: OrchestratorConfig,
  secret: Look<Readonly<Record<string, string>>>,
  namespace: string
) {
  const name = secrets.apiKeySecretName
  const create =
    `kubectl create secret generic ${name} -n ${namespace} --from-file=${secrets.apiKeySecretKey}=/path/to/api-key`
  if (secret === "forbidden") {
    return warn(check, `you may not read the Secret ${name}`, "Somebody who may runs this command")
  }
  const oauth = secret === "missing" ? undefined : decoded(secret, secrets.oauthTokenSecretKey)
  const value = oauth ?? (secret === "missing" ? undefined : decoded(secret, secrets.apiKeySecretKey))
  if (value === undefined) return fail(check, `the Secret ${name} has no key ${secrets.apiKeySecretKey}`, create)
  const [first] = dialects
  const dialect = first === undefined ? undefined : yield* first.load
  const target = dialect?.target("GET", modelsPath, "")
  if (dialect === undefined || target === undefined) {
    return warn(check, "present; this API cannot be asked without a charge")
  }
  if (!isSafe(baseUrl)) {
    return warn(check, `present, and not tried: ${baseUrl} is not https`, "Use an address with https")
  }
  const headers = dialect.requestHeaders({}, { type: oauth === undefined ? "apiKey" : "oauthToken", value }, undefined)
  const client = yield* HttpClient.HttpClient
  return yield* client.execute(
    HttpClientRequest.get(`${baseUrl.replace(/\/+$/, "")}${target.path}`).pipe(HttpClientRequest.setHeaders(headers))
  ).pipe(
    Effect.timeout("10 seconds"),
    Effect.map(({ status }) => answerLine(status, baseUrl, name)),
    Effect.catch((error) =>
      Effect.succeed(
        warn(
          check,
          `present, and not tried: ${printable(`${baseUrl} was not reached from here: ${error.message}`)}`,
          "Brokers may reach it from the cluster all the same"
        )
      )
    )
  )
})
