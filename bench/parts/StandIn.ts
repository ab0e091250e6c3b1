/**
 * An API server that stands in for a large one: lists and watches tell of so many runs with all that belongs to each, made up while they are sent;
 * everything else is the embedded cluster's. Nothing is kept of what is written to them: it is answered, and noted when.
 */
import { NodeFileSystem } from "@effect/platform-node"
import { layerMemory } from "@orchestrator/embedded/EmbeddedCluster"
import { makeCertificate } from "@orchestrator/embedded/wire/Certificate"
import { kubeconfigText } from "@orchestrator/embedded/wire/Kubeconfig"
import * as WireServer from "@orchestrator/embedded/wire/WireServer"
import { Effect, Layer, Redacted } from "effect"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, request } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { type Population, worldOf } from "./MadeUp.ts"
import type { Site } from "./Site.ts"
import { type Plural, type Stored, storedKinds } from "./Stored.ts"

export interface StandIn {
  readonly site: Site
  /** When the first write to what is made up was asked for, in milliseconds since the epoch; again from now on. */
  readonly firstWrite: () => Promise<number>
}

const namespace = "orchestrator"

const isPlural = (name: string | undefined): name is Plural => name !== undefined && Object.hasOwn(storedKinds, name)

const newest = "9000000"

const bookmark = (plural: Plural, ended: boolean): string => {
  const { group, kind, version } = storedKinds[plural]
  const annotations = ended ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}
  const metadata = { resourceVersion: newest, creationTimestamp: null, ...annotations }
  const apiVersion = group === "" ? version : `${group}/${version}`
  return `${JSON.stringify({ type: "BOOKMARK", object: { kind, apiVersion, metadata } })}\n`
}

const drained = async (answer: ServerResponse) => {
  const over = new AbortController()
  const signal = { signal: over.signal }
  await Promise.race([once(answer, "drain", signal), once(answer, "close", signal)]).catch(() => {})
  over.abort()
}

const bodyOf = async (asked: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const serve = (stored: Stored, population: Population, upstream: { readonly url: string; readonly token: string }) => {
  const world = worldOf(stored, population)
  let written: (at: number) => void = () => {}
  let version = Number(newest)

  const watch = async (plural: Plural, query: URLSearchParams, answer: ServerResponse) => {
    answer.writeHead(200, { "content-type": "application/json" })
    if (query.get("sendInitialEvents") === "true") {
      for (let index = 0; index < world.count(plural) && !answer.destroyed; index += 50) {
        let text = ""
        const end = Math.min(index + 50, world.count(plural))
        for (let at = index; at < end; at++) text += `{"type":"ADDED","object":${world.item(plural, at)}}\n`
        if (!answer.write(text)) await drained(answer)
      }
      answer.write(bookmark(plural, true))
    } else answer.flushHeaders()
    const beat = setInterval(() => answer.write(bookmark(plural, false)), 30_000)
    const end = setTimeout(() => answer.end(), Number(query.get("timeoutSeconds") ?? 300) * 1000)
    answer.on("close", () => (clearInterval(beat), clearTimeout(end)))
  }

  const list = (plural: Plural, query: URLSearchParams, gzip: boolean, answer: ServerResponse) => {
    // Of one service there are the things of one run, or none.
    const only = /service-name=service-(\d{6})/.exec(query.get("labelSelector") ?? "")?.[1]
    const last = only === undefined ? world.count(plural) : Math.min(Number(only) + 1, world.count(plural))
    const from = Math.min(last, Number(only ?? query.get("continue") ?? 0))
    const to = Math.min(from + Number(query.get("limit") ?? 1e9), last)
    const items = Array.from({ length: to - from }, (_, index) => world.item(plural, from + index)).join(",")
    const { group, kind, version } = storedKinds[plural]
    const more = to < last ? `,"continue":"${to}"` : ""
    const apiVersion = group === "" ? version : `${group}/${version}`
    const text =
      `{"kind":"${kind}List","apiVersion":"${apiVersion}","metadata":{"resourceVersion":"${newest}"${more}},"items":[${items}]}`
    const bytes = gzip ? gzipSync(text, { level: 1 }) : Buffer.from(text)
    answer.writeHead(200, { "content-type": "application/json", ...(gzip ? { "content-encoding": "gzip" } : {}) })
    answer.end(bytes)
  }

  /** What a server would answer to it, as far as the answer is looked at. */
  const write = async (plural: Plural, name: string | undefined, asked: IncomingMessage, answer: ServerResponse) => {
    written(performance.timeOrigin + performance.now())
    const text = (await bodyOf(asked)).toString()
    // In protobuf: whoever gets this tries again later, and has written its first by then.
    if (!text.startsWith("{") && !text.startsWith("[")) {
      answer.writeHead(409, { "content-type": "application/json" })
      return answer.end(
        JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", reason: "Conflict", code: 409 })
      )
    }
    const body: { metadata?: object } = JSON.parse(text)
    const index = Number(/(\d{6})/.exec(name ?? "")?.[1] ?? 0)
    const isPatch = asked.method === "PATCH"
    const base: { metadata: object } = isPatch ? JSON.parse(world.item(plural, index)) : { metadata: {}, ...body }
    version += 1
    const metadata = {
      ...base.metadata,
      ...(asked.method === "POST" ? { uid: `${version}-0000-4000-8000-000000000000` } : {}),
      resourceVersion: String(version)
    }
    answer.writeHead(asked.method === "POST" ? 201 : 200, { "content-type": "application/json" })
    answer.end(JSON.stringify({ ...base, metadata }))
  }

  const forward = (asked: IncomingMessage, answer: ServerResponse) => {
    const headers = { ...asked.headers, host: new URL(upstream.url).host, authorization: `Bearer ${upstream.token}` }
    const sent = request(
      `${upstream.url}${asked.url}`,
      { method: asked.method, headers, rejectUnauthorized: false },
      (got) => {
        answer.writeHead(got.statusCode ?? 500, got.headers)
        got.pipe(answer)
      }
    )
    sent.on("error", () => answer.destroy())
    answer.on("close", () => sent.destroy())
    asked.pipe(sent)
  }

  const handle = (asked: IncomingMessage, answer: ServerResponse) => {
    const { pathname, searchParams } = new URL(asked.url ?? "/", "https://stand-in")
    const [, found, name] = /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?/.exec(pathname) ?? []
    if (!isPlural(found)) return forward(asked, answer)
    if (asked.method !== "GET") return void write(found, name, asked, answer)
    if (name !== undefined) {
      answer.writeHead(200, { "content-type": "application/json" })
      return void answer.end(world.item(found, Number(/(\d{6})/.exec(name)?.[1] ?? 0)))
    }
    if (searchParams.has("watch")) return void watch(found, searchParams, answer)
    return list(found, searchParams, asked.headers["accept-encoding"]?.includes("gzip") === true, answer)
  }

  return {
    handle,
    firstWrite: () =>
      new Promise<number>((resolve) => {
        written = resolve
      })
  }
}

/** For as long as the scope is open. */
export const standIn = Effect.fn("standIn")(function*(stored: Stored, population: Population) {
  const { token, url } = yield* WireServer.WireServer
  const { firstWrite, handle } = serve(stored, population, { url, token: Redacted.value(token) })
  const { certificate, privateKey } = makeCertificate("stand-in")
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => createServer({ cert: certificate, key: privateKey, keepAliveTimeout: 65_000 }, handle)),
    (server) => Effect.sync(() => void server.close().closeAllConnections())
  )
  yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()))
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "orchestrator-stand-in-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  const kubeconfig = join(folder, "kubeconfig")
  writeFileSync(
    kubeconfig,
    kubeconfigText({
      server: `https://127.0.0.1:${port}`,
      certificateAuthority: certificate,
      token: "stand-in",
      name: "stand-in",
      namespace
    }),
    { mode: 0o600 }
  )
  return { site: { namespace, users: [{ name: "stand-in", kubeconfig }] }, firstWrite } satisfies StandIn
})

/** What answers everything that is not made up. */
export const behind = WireServer.layerWith({ namespace }).pipe(
  Layer.provideMerge(layerMemory),
  Layer.provide(NodeFileSystem.layer)
)
