/** Signing in at an OpenID provider: there and back by the rules, renewed before it ends, and refused when anything of it is not ours. */
import { afterAll, afterEach, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Tab } from "./harness/Browser.ts"
import { startProvider } from "./harness/Provider.ts"
import { type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

type Provider = Awaited<ReturnType<typeof startProvider>>

const tabs = useTabs()
let site: Site
let provider: Provider
let short: Provider
const given: Array<string> = []

const known = async (token: string) => {
  given.push(token)
  await Effect.runPromise(site.store.registerUser(token, { username: "oidc:ada", groups: ["system:masters"] }))
}

const siteOf = async ({ issuer }: Provider) =>
  await startSite({ config: { auth: {}, dashboard: { oidc: { issuer, clientId: "orchestrator" } } } })

beforeAll(async () => {
  ;[provider, short] = await Promise.all([
    startProvider({ clientId: "orchestrator", onToken: known }),
    startProvider({ clientId: "orchestrator", onToken: known, lifetime: 62 })
  ])
  site = await siteOf(provider)
})

afterAll(async () => {
  await Promise.all([site.stop(), provider.stop(), short.stop()])
})

afterEach(() => provider.next(undefined))

const open = async (path: string, failures?: RegExp) =>
  await tabs.open(`${site.url}${path}`, { others: [provider.issuer, short.issuer], failures })

const signIn = ({ page }: Tab) => page.getByRole("button", { name: /^Sign in with 127\.0\.0\.1/ })
const goes = async (tab: Tab) => await signIn(tab).click()
const views = ({ page }: Tab) => page.getByRole("navigation", { name: "Views" })
const storage = async ({ page }: Tab) =>
  await page.evaluate(() => JSON.stringify([{ ...window.sessionStorage }, { ...window.localStorage }, document.cookie]))

describe("a provider", () => {
  it("signs in with a code and PKCE; one comes back to where one was, and no token is kept", async () => {
    const tab = await open("/workspaces?text=a")
    await signIn(tab).waitFor()
    assert.deepStrictEqual(await tab.axe(), [])
    await goes(tab)
    await views(tab).waitFor()
    assert.strictEqual(tab.page.url(), `${site.url}/workspaces?text=a`)
    assert.includeMembers(provider.asked, ["GET /authorize", "POST /token"])
    const kept = await storage(tab)
    assert.strictEqual(kept, "[{},{},\"\"]")
    // The cluster is asked with the very token: another one is nobody's.
    assert.isAbove(given.length, 0)
    await tab.page.getByRole("heading", { name: "Workspaces", exact: true }).waitFor()
  })

  it("is told when one signs out: the refresh token is revoked, and its session ended", async () => {
    const tab = await open("/")
    await goes(tab)
    await views(tab).waitFor()
    const before = provider.revoked.length
    await tab.page.getByRole("button", { name: "Session" }).click()
    await tab.page.getByRole("menuitem", { name: "Sign out" }).click()
    await tab.page.getByLabel("Bearer token").waitFor()
    await tab.page.waitForURL(`${site.url}/`)
    assert.strictEqual(provider.revoked.length, before + 1)
    assert.include(provider.asked, "GET /logout")
  })

  it.each(
    [
      { how: "nonce", says: /nonce/i },
      { how: "denied", says: /access_denied|authorization response/i },
      { how: "state", says: /begun in this tab/ }
    ] as const
  )("whose answer has another $how signs nobody in", async ({ how, says }) => {
    provider.next(how)
    const tab = await open("/")
    await goes(tab)
    await tab.page.getByRole("alert").getByText(says).first().waitFor()
    assert.isFalse(await views(tab).isVisible())
    assert.strictEqual(tab.page.url(), `${site.url}/`)
  })

  it("sends nobody here who did not go from here, and a code is good once", async () => {
    const tab = await open("/")
    await goes(tab)
    await views(tab).waitFor()
    const stranger = await open("/sign-in/callback?code=stolen&state=guessed")
    await stranger.page.getByText(/begun in this tab/).first().waitFor()
    assert.isFalse(await views(stranger).isVisible())
  })

  it("that the policy does not name is not reached", async () => {
    const tab = await open("/", /policy violation|Content Security Policy|ERR_|Failed to fetch/)
    const reached = await tab.page.evaluate(
      async (address) => await fetch(address).then(() => true, () => false),
      `${short.issuer}/.well-known/openid-configuration`
    )
    assert.isFalse(reached)
  })
})

describe("a token that is about to end", () => {
  it("is renewed with the refresh token, without anybody noticing", async () => {
    const before = site
    site = await siteOf(short)
    try {
      const tab = await open("/")
      await goes(tab)
      await views(tab).waitFor()
      const renewals = () => short.asked.filter((each) => each === "POST /token").length
      const end = performance.now() + 20_000
      while (renewals() < 2 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 100))
      assert.isAtLeast(renewals(), 2)
      assert.isTrue(await views(tab).isVisible())
      await tab.close()
    } finally {
      await site.stop()
      site = before
    }
  })
})
