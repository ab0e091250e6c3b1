/** Signing in, in a browser: with a token, by a one-time link, and again after a session has ended. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Tab, TabOptions } from "./harness/Browser.ts"
import { seed } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
})

afterAll(async () => {
  await site.stop()
})

const open = async (path: string, options: TabOptions = {}) => await tabs.open(`${site.url}${path}`, options)

/** Everything that a tab keeps beyond its memory. */
const kept = async ({ page }: Tab): Promise<string> =>
  await page.evaluate(() =>
    JSON.stringify([{ ...window.localStorage }, { ...window.sessionStorage }, document.cookie, window.location.href])
  )

const signInWith = async ({ page }: Tab, token: string) => {
  await page.getByLabel("Bearer token").fill(token)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
}

const views = (tab: Tab) => tab.page.getByRole("navigation", { name: "Views" })

describe("a bearer token", () => {
  it("signs in, stays where one was going, and is in memory alone", async () => {
    const tab = await open("/spend?by=service", { at: site.now })
    await tab.page.getByRole("heading", { name: "Sign in to Orchestrator" }).waitFor()
    assert.strictEqual(await tab.page.title(), "Sign in · Orchestrator")
    await signInWith(tab, person)
    await views(tab).waitFor()
    assert.strictEqual(new URL(tab.page.url()).pathname, "/spend")
    assert.notInclude(await kept(tab), person)
    await tab.page.reload()
    await tab.page.getByLabel("Bearer token").waitFor()
  })

  it("outlives a reload where one ticks it, in this tab alone, until one signs out", async () => {
    const tab = await open("/")
    await tab.page.getByLabel("Stay signed in").check()
    await signInWith(tab, `  Authorization: Bearer ${person} `)
    await views(tab).waitFor()
    await tab.page.reload()
    await views(tab).waitFor()
    assert.notInclude(await tab.page.evaluate(() => JSON.stringify(window.localStorage) + document.cookie), person)
    await tab.page.getByRole("button", { name: "Session" }).click()
    await tab.page.getByRole("menuitem", { name: "Sign out" }).click()
    await tab.page.getByLabel("Bearer token").waitFor()
    assert.notInclude(await kept(tab), person)
  })

  it("that the cluster does not know is refused, with a word of where to get one", async () => {
    const tab = await open("/", { failures: /api\/v1\/code-runs/ })
    await signInWith(tab, "not-a-token-of-anybody")
    const alert = tab.page.getByRole("alert")
    await alert.waitFor()
    assert.match(await alert.innerText(), /Expected a bearer token of the cluster.*kubectl create token/s)
    assert.strictEqual(await tab.page.getByLabel("Bearer token").inputValue(), "not-a-token-of-anybody")
  })

  it("whose owner may nothing signs in; the page says which right is missing, and the line that grants it", async () => {
    await Effect.runPromise(
      site.store.registerUser("token-of-eve", { username: "eve", groups: [], allows: () => false })
    )
    const tab = await open("/", { failures: /api\/v1/ })
    await signInWith(tab, "token-of-eve")
    await views(tab).waitFor()
    await tab.page.getByText(/User "eve" may not list coderuns/).first().waitFor()
    await tab.page.getByText(/kubectl create rolebinding .* --user=eve/).first().waitFor()
  })
})

describe("a session that has ended", () => {
  it("is begun again where one was, with what was on the page", async () => {
    await Effect.runPromise(site.store.registerUser("token-of-bob", { username: "bob", groups: ["system:masters"] }))
    const tab = await open("/spend", { token: "token-of-bob", failures: /api\/v1/ })
    await views(tab).waitFor()
    // Of nobody: the cluster does not know it any more.
    await Effect.runPromise(site.store.registerUser("token-of-bob", { username: "" }))
    const dialog = tab.page.getByRole("dialog", { name: "Your session has ended" })
    // An allowed decision counts for ten seconds; the stream asks again when there is something to tell.
    await new Promise((resolve) => setTimeout(resolve, 10_500))
    await seed(site, { name: "news", minutesAgo: 1, status: { phase: "Running", reason: "AgentRunning" } })
    await dialog.waitFor()
    assert.deepStrictEqual(await tab.axe(), [])
    await signInWith(tab, person)
    await dialog.waitFor({ state: "hidden" })
    assert.strictEqual(new URL(tab.page.url()).pathname, "/spend")
  })

  it("in one tab ends in the other one when somebody signs out", async () => {
    const one = await open("/", { token: person })
    const other = tabs.add(await one.another("/"))
    await Promise.all([views(one).waitFor(), views(other).waitFor()])
    await one.page.getByRole("button", { name: "Session" }).click()
    await one.page.getByRole("menuitem", { name: "Sign out" }).click()
    await Promise.all([one, other].map(({ page }) => page.getByLabel("Bearer token").waitFor()))
  })
})

describe("a one-time link", () => {
  const link = async () => `/sign-in#link=${await Effect.runPromise(site.links.make)}`

  it("signs in once; it is gone from the address, and worthless in the history", async () => {
    const path = await link()
    const tab = await open(path)
    await views(tab).waitFor()
    assert.strictEqual(tab.page.url(), `${site.url}/`)
    assert.notInclude(await kept(tab), path.split("=")[1] ?? "")
    const again = await open(path, { failures: /sign-in\/link/ })
    await again.page.getByText("Expected a sign-in link that nobody has used").waitFor()
    assert.strictEqual(again.page.url(), `${site.url}/`)
    await signInWith(again, person)
    await views(again).waitFor()
  })

  it("that nobody made is refused", async () => {
    const tab = await open(`/sign-in#link=${"A".repeat(43)}`, { failures: /sign-in\/link/ })
    await tab.page.getByText("Expected a sign-in link that nobody has used").waitFor()
    assert.deepStrictEqual(await tab.axe(), [])
  })
})
