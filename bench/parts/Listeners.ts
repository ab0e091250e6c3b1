/**
 * Clients of the HTTP API in a process of their own, told by messages what to do: many that follow events, and some that follow logs. What
 * arrives is noted with its time and is not looked at any further.
 */
import { Agent, get, type IncomingMessage } from "node:http"

export type Order =
  | { readonly order: "events"; readonly url: string; readonly count: number; readonly token: string }
  | { readonly order: "logs"; readonly urls: ReadonlyArray<string>; readonly token: string }
  /** So many requests for the same, a few at a time over connections that are kept. */
  | { readonly order: "ask"; readonly url: string; readonly count: number; readonly token: string }
  /** When each revision was known to the cluster's watchers, in milliseconds since the epoch. */
  | { readonly order: "report"; readonly told: ReadonlyArray<readonly [revision: string, at: number]> }

export type Answer =
  | { readonly answer: "listening"; readonly count: number }
  | { readonly answer: "asked"; readonly seconds: number; readonly text: string }
  | {
    readonly answer: "report"
    readonly delays: ReadonlyArray<number>
    readonly missing: number
    readonly logBytes: number
  }

const now = () => performance.timeOrigin + performance.now()

/** By revision, when each client had it. */
const arrivals = new Map<string, Array<number>>()
let listeners = 0
let logBytes = 0

const ask = (url: string, token: string, on: (response: IncomingMessage) => void) =>
  get(url, { agent: false, headers: { authorization: `Bearer ${token}` } }, on)
    .on("error", (error) => process.stderr.write(`${error.message}\n`))

const followEvents = (url: string, token: string) =>
  new Promise<void>((resolve) => {
    ask(url, token, (response) => {
      let rest = ""
      response.setEncoding("latin1").on("data", (text: string) => {
        const at = now()
        const blocks = (rest + text).split("\n\n")
        rest = blocks.pop() ?? ""
        for (const block of blocks) {
          if (block.startsWith("event: reset")) resolve()
          if (!block.startsWith("event: run")) continue
          const revision = /^id: coderuns:(\d+)/m.exec(block)?.[1] ?? ""
          const seen = arrivals.get(revision) ?? []
          arrivals.set(revision, seen)
          seen.push(at)
        }
      })
    })
  })

const followLog = (url: string, token: string) =>
  new Promise<void>((resolve) => {
    ask(url, token, (response) => {
      // Where the machine is slow a run may have ended before its log is asked for.
      response.on("end", resolve).on("data", (bytes: Uint8Array) => {
        logBytes += bytes.length
        resolve()
      })
    })
  })

const connections = 8
const agent = new Agent({ keepAlive: true, maxSockets: connections })

const fetched = (url: string, token: string) =>
  new Promise<string>((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = ""
      response.setEncoding("latin1").on("data", (part: string) => (text += part)).on("end", () => {
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`expected 200, found ${response.statusCode} ${text}`))
      })
    }).on("error", reject)
  })

const askFor = async (url: string, token: string, count: number): Promise<Answer> => {
  const begin = performance.now()
  let text = ""
  let left = count
  const one = async () => {
    while (left-- > 0) text = await fetched(url, token)
  }
  await Promise.all(Array.from({ length: connections }, one))
  return { answer: "asked", seconds: (performance.now() - begin) / 1000, text }
}

const report = (told: ReadonlyArray<readonly [string, number]>): Answer => {
  const delays: Array<number> = []
  let missing = 0
  for (const [revision, at] of told) {
    const seen = arrivals.get(revision) ?? []
    missing += listeners - seen.length
    for (const each of seen) delays.push(each - at)
  }
  return { answer: "report", delays: delays.toSorted((left, right) => left - right), missing, logBytes }
}

const obey = async (order: Order): Promise<Answer> => {
  switch (order.order) {
    case "events":
      listeners += order.count
      await Promise.all(Array.from({ length: order.count }, () => followEvents(order.url, order.token)))
      return { answer: "listening", count: order.count }
    case "logs":
      await Promise.all(order.urls.map((url) => followLog(url, order.token)))
      return { answer: "listening", count: order.urls.length }
    case "ask":
      return await askFor(order.url, order.token, order.count)
    case "report":
      return report(order.told)
  }
}

process.on("message", (order: Order) => void obey(order).then((answer) => process.send?.(answer)))
