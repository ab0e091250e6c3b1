/** Webhooks of the real forge to a product, and deliveries that are none of its. */
import { signatureOf } from "@orchestrator/http/events/Signature"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Account, administrator, forgeHost, forgeUrl, type Repository } from "./Gitea.ts"

const hookSecret = randomBytes(32).toString("hex")

const events = [
  "issues",
  "issue_label",
  "issue_comment",
  "pull_request",
  "pull_request_comment",
  "pull_request_review",
  "pull_request_sync",
  "status"
]

export const addHook = ({ path }: Repository, product: string): Promise<unknown> =>
  administrator.must("POST", `${path}/hooks`, {
    type: "gitea",
    active: true,
    config: { url: `${product}/webhook/gitea`, content_type: "json", secret: hookSecret },
    events
  })

/** A Secret's folder as the chart mounts it. */
export const secretsFolder = (more: Readonly<Record<string, string>> = {}) => {
  const folder = mkdtempSync(join(tmpdir(), "orchestrator-events-"))
  const files = {
    "webhook.gitea": `${randomBytes(32).toString("hex")}\n${hookSecret}\n`,
    [`token.${forgeHost.replace(":", "_")}`]: `${administrator.token}\n`,
    ...more
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A delivery that did not come from the forge. */
export const deliver = async (
  url: string,
  event: string,
  payload: object,
  { secret = hookSecret }: { readonly secret?: string } = {}
): Promise<{ readonly status: number; readonly text: string }> => {
  const body = JSON.stringify(payload)
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": randomBytes(8).toString("hex"),
      "x-hub-signature-256": signatureOf(secret, body)
    },
    body
  })
  return { status: response.status, text: await response.text() }
}

/** What Gitea says of a comment in a pull request. */
export const commentPayload = ({ name }: Repository, author: Account, number: number, id: number, body: string) => ({
  action: "created",
  issue: {
    number,
    html_url: `${forgeUrl}/${name}/pulls/${number}`,
    pull_request: { html_url: `${forgeUrl}/${name}/pulls/${number}` }
  },
  comment: { id, body, user: { login: author.login } },
  repository: { full_name: name, html_url: `${forgeUrl}/${name}`, clone_url: `${forgeUrl}/${name}.git` },
  sender: { login: author.login }
})

/** The forge's API by a way that can be closed, as a network or an upgrade does. */
export const startWay = async () => {
  let open = true
  const server = createServer((request, response) => {
    if (!open) return void request.socket.destroy()
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      fetch(`${forgeUrl}${request.url}`, {
        method: request.method ?? "GET",
        headers: {
          authorization: request.headers.authorization ?? "",
          "content-type": request.headers["content-type"] ?? "application/json"
        },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) })
      }).then(async (answer) => {
        response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text())
      }, () => response.destroy())
    })
    return undefined
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    set: (now: "open" | "closed") => {
      open = now === "open"
    },
    stop: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}
