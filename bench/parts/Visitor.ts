/** Somebody who uses everything that the HTTP API has: makes runs, reads them, changes their mind, follows them, and knocks with tokens that nobody knows. */
import { signatureOf } from "@orchestrator/http/events/Signature"
import type { CustomObject } from "@orchestrator/k8s/Objects"
import { Effect } from "effect"

export interface VisitorOptions {
  readonly url: string
  /** Of a user who may do everything. */
  readonly token: string
  /** Signs what comes to the trigger. */
  readonly secret: string
  readonly trigger: string
}

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "flat", version: "1" } }
}

/** What of a run is read after its end. */
const readings = ["", "/attempts", "/dependencies", "/events", "/files", "/logs", "/manifest", "/result", "/transcript"]

export const makeVisitor = ({ secret, token, trigger, url }: VisitorOptions) => {
  const statuses = new Map<string, number>()

  const ask = async (
    path: string,
    { headers = {}, ...init }: RequestInit & { readonly headers?: Record<string, string> } = {}
  ) => {
    const once = () =>
      fetch(`${url}${path}`, {
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(init.body === undefined ? {} : { "content-type": "application/json" }),
          ...headers
        }
      })
    // A connection that nobody has used for a while is closed while it is used again.
    const response = await once().catch(once)
    const text = await response.text()
    const key = `${init.method ?? "GET"} ${
      path.replace(/\/(run|flat)-[\w-]+/g, "/*").replace(/\?.*/, "")
    } ${response.status}`
    statuses.set(key, (statuses.get(key) ?? 0) + 1)
    return { headers: response.headers, text }
  }

  const runs = (namespace: string) => `/namespaces/${namespace}/api/v1/code-runs`
  const post = (path: string, body: object = {}, headers = {}) =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers })

  /** Listens for a moment to an answer that goes on. */
  const glance = (path: string) =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(200) })
      .then((response) => response.text()).catch(() => undefined)

  const session = async (isEnded: boolean) => {
    const accept = { accept: "application/json, text/event-stream" }
    const { headers } = await post("/mcp", initialize, accept)
    const own = { ...accept, "mcp-session-id": headers.get("mcp-session-id") ?? "" }
    await post("/mcp", { jsonrpc: "2.0", method: "notifications/initialized" }, own)
    await post("/mcp", { jsonrpc: "2.0", id: 2, method: "tools/list" }, own)
    if (isEnded) await ask("/mcp", { method: "DELETE", headers: own })
  }

  const deliver = async (id: string) => {
    const body = JSON.stringify({ alert: { id, title: `Alert ${id}` } })
    const delivery = { method: "POST", body, headers: { "x-hub-signature-256": signatureOf(secret, body) } }
    const { text } = await ask(`/webhook/run/${trigger}`, delivery)
    await ask(`/webhook/run/${trigger}`, delivery)
    return /"result":"run ([^"]+)"/.exec(text)?.[1]
  }

  const effect = <A, Args extends ReadonlyArray<unknown>>(work: (...args: Args) => Promise<A>) => (...args: Args) =>
    Effect.promise(() => work(...args))

  return {
    statuses: statuses as ReadonlyMap<string, number>,
    create: effect(({ metadata: { name = "", namespace = "" }, spec }: CustomObject) =>
      post(runs(namespace), { name, spec }, { "idempotency-key": name })
    ),
    cancel: effect((namespace: string, name: string) => post(`${runs(namespace)}/${name}/cancel`)),
    retry: effect((namespace: string, name: string) => post(`${runs(namespace)}/${name}/retry`, { force: true })),
    read: effect(async (namespace: string, name: string) => {
      for (const each of readings) await ask(`${runs(namespace)}/${name}${each}`)
      await ask(`${runs(namespace)}?limit=20&resourceVersion=0`)
      await ask(`${runs(namespace)}?limit=20`)
      await post(`${runs(namespace)}/${name}/plan`)
    }),
    follow: effect(async (namespace: string, name: string) => {
      await glance(`/namespaces/${namespace}/api/v1/events?kind=CodeRun`)
      await glance(`${runs(namespace)}/${name}/logs?follow`)
    }),
    session: effect(session),
    deliver: effect(deliver),
    knock: effect((unknown: string) => ask("/api/v1/code-runs", { headers: { authorization: `Bearer ${unknown}` } })),
    ask: effect((path: string) => ask(path))
  }
}

export type Visitor = ReturnType<typeof makeVisitor>
