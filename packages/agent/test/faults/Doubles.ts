/** The forge and the model API of a thread, on loopback: each request is a point of whoever sends it. What they did is their own record. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { type Answer, answers } from "../fixtures/github/Answers.ts"
import { primaryLimit } from "../fixtures/github/GitHub.ts"
import type { Pull } from "../fixtures/github/Resources.ts"
import { failing, plain as modelAnswer } from "../fixtures/ModelApi.ts"
import type { Fault } from "./Fault.ts"
import type { Life } from "./Life.ts"

export const gitToken = "fake-forge-token-of-a-fault-case"
export const modelKey = "sk-ant-fake-key-of-a-fault-case-0123456789"

/** Whose requests they are, and over what they are answered. */
export interface Client {
  /** Undefined while nobody lives who could ask. */
  readonly life: () => Life | undefined
  readonly target: string
  readonly docs: string
  readonly pulls: Array<Pull>
}

export interface Doubles {
  readonly forgeUrl: string
  readonly modelUrl: string
  readonly serve: (client: Client | undefined) => void
  readonly ports: ReadonlySet<number>
  readonly close: () => Promise<void>
}

type Way = "forge" | "model"

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

const troubles: Readonly<Record<string, Answer>> = {
  "500": { status: 500, body: { message: "Server Error" } },
  "502": { status: 502, body: "<html>Unicorn!</html>" },
  limit: primaryLimit(Math.floor(Date.now() / 1000) + 3600)
}

const asked = ({ headers, method = "", url = "" }: IncomingMessage, body: string) => ({ method, url, headers, body })
const nobody = { method: "POST", url: "", headers: {}, body: "" }

const say = (response: ServerResponse, { body, headers, status }: Answer) => {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
  response.end(typeof body === "string" ? body : JSON.stringify(body))
}

export const startDoubles = async (): Promise<Doubles> => {
  let client: Client | undefined
  let forgeUrl = ""

  const forge = (now: Client, request: IncomingMessage, body: string): Answer => {
    const target = new URL(request.url ?? "/", forgeUrl)
    const given = { method: request.method ?? "", path: target.pathname, query: target.searchParams }
    const repositories = { "acme/target": now.target, "acme/docs": now.docs }
    const { answer } = answers({ token: gitToken, repositories }, now.pulls, () => ({
      api: forgeUrl,
      web: "https://github.com"
    }))
    return answer({ ...given, headers: request.headers, body })
  }
  /** Does it, and answers with how that is said. */
  const perform = (way: Way, now: Client, request: IncomingMessage, body: string) => {
    if (way === "forge") {
      const answer = forge(now, request, body)
      return (response: ServerResponse) => say(response, answer)
    }
    return (response: ServerResponse) => modelAnswer(response, asked(request, body))
  }

  const struck = (
    way: Way,
    life: Life,
    fault: Fault,
    response: ServerResponse,
    done: () => (response: ServerResponse) => void,
    wait: (seconds: number | undefined, then: () => void) => void
  ) => {
    switch (fault._tag) {
      case "Kill": {
        const tell = fault.when === "after" || fault.who === "other" ? done() : undefined
        life.strike(fault)
        if (life.isAlive() && tell !== undefined) tell(response)
        else response.destroy()
        return
      }
      case "Stop":
        life.strike(fault)
        done()(response)
        return
      case "Fail": {
        const trouble = troubles[fault.how]
        if (fault.how === "lost") done()
        if (trouble === undefined) response.destroy()
        else if (way === "forge") say(response, trouble)
        else if (fault.how === "limit") failing(429, "rate_limit_error", { "retry-after": "20" })(response, nobody)
        else failing(trouble.status, "api_error")(response, nobody)
        return
      }
      case "Hang":
        return wait(undefined, () => {})
      case "Late": {
        const tell = done()
        return wait(fault.seconds, () => tell(response))
      }
    }
  }

  const answer = (way: Way) => (request: IncomingMessage, response: ServerResponse) => {
    const now = client
    const life = now?.life()
    if (now === undefined || life === undefined) return void response.destroy()
    const { time } = life
    /** Whoever asks waits, and nothing works here. */
    const wait = (seconds: number | undefined, then: () => void) => {
      time.wait()
      response.once("close", time.goOn)
      if (seconds !== undefined) time.after(seconds * 1000, "engine", then)
    }
    bodyOf(request).then((body) => {
      if (!life.isAlive()) return response.destroy()
      const path = (request.url ?? "").replace(/\?.*$/, "")
      const fault = life.reach(way, `${request.method} ${path}`)
      const done = () => perform(way, now, request, body)
      if (fault === undefined) return done()(response)
      return struck(way, life, fault, response, done, wait)
    }, () => response.destroy())
  }

  const servers = [await listen(answer("forge")), await listen(answer("model"))] as const
  const [{ port: forgePort }, { port: modelPort }] = servers
  forgeUrl = `http://127.0.0.1:${forgePort}`
  return {
    forgeUrl,
    modelUrl: `http://127.0.0.1:${modelPort}`,
    ports: new Set([forgePort, modelPort]),
    serve: (next) => {
      client = next
    },
    close: async () => {
      await Promise.all(servers.map(({ server }) => {
        server.closeAllConnections()
        return new Promise((resolve) => server.close(resolve))
      }))
    }
  }
}
