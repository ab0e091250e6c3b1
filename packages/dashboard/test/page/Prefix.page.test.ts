/** Behind a proxy that puts the page below a path: every address is found, and one can go on from each. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { once } from "node:events"
import { createServer, request, type Server } from "node:http"
import { seedTeam } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"
import { views } from "./harness/Views.ts"

const tabs = useTabs()
let site: Site
let proxy: Server

/** What an Ingress does that removes the prefix and says so. */
const strip = (target: string): Server =>
  createServer((asked, answer) => {
    const path = /^\/tools\/orchestrator(\/.*)$/.exec(asked.url ?? "")?.[1]
    if (path === undefined) return void answer.writeHead(404).end("nothing but the prefix is served")
    const headers = { ...asked.headers, "x-forwarded-prefix": "/tools/orchestrator" }
    const onward = request(`${target}${path}`, { method: asked.method ?? "GET", headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    onward.on("error", () => answer.destroy())
    answer.on("close", () => onward.destroy())
    asked.pipe(onward)
  })

const base = () => {
  const address = proxy.address()
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/tools/orchestrator`
}

beforeAll(async () => {
  site = await startSite()
  await seedTeam(site)
  proxy = strip(site.url)
  proxy.listen(0, "127.0.0.1")
  await once(proxy, "listening")
})

afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await site.stop()
})

describe("below a path", () => {
  it.each(views)("$name comes, also when it is loaded again", async ({ path, shows }) => {
    const tab = await tabs.open(`${base()}${path}`, { token: person, at: site.now })
    await tab.page.getByText(shows).first().waitFor({ state: "attached" })
    await tab.page.reload()
    await tab.page.getByText(shows).first().waitFor({ state: "attached" })
    await tab.page.getByRole("link", { name: "Workspaces" }).first().click()
    await tab.page.getByText("workspace-payments").first().waitFor()
    assert.strictEqual(tab.page.url(), `${base()}/workspaces`)
  })

  it("a one-time link signs in", async () => {
    const code = await Effect.runPromise(site.links.make)
    const tab = await tabs.open(`${base()}/sign-in#link=${code}`)
    await tab.page.getByRole("navigation", { name: "Views" }).waitFor()
    assert.strictEqual(tab.page.url(), `${base()}/`)
  })
})
