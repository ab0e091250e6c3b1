/** Everything can be reached without a mouse, and one always sees where one is. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Tab } from "./harness/Browser.ts"
import { seedTeam } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"
import { views } from "./harness/Views.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
  await seedTeam(site)
})

afterAll(async () => {
  await site.stop()
})

interface Focused {
  readonly what: string
  readonly name: string
  readonly isSeen: boolean
}

const focused = async ({ page }: Tab): Promise<Focused> =>
  await page.evaluate(() => {
    const element = document.activeElement ?? document.body
    const { height, width } = element.getBoundingClientRect()
    const { boxShadow, outlineStyle } = getComputedStyle(element)
    return {
      what: `${element.tagName} ${element.id} ${element.textContent?.slice(0, 40) ?? ""}`,
      name: element.getAttribute("aria-label") ?? element.textContent ?? "",
      isSeen: element === document.body ||
        (width > 0 && height > 0 && (outlineStyle !== "none" || boxShadow !== "none"))
    }
  })

describe("with the keyboard only", () => {
  it.each(views)("every control of $name is reached, is seen, and none keeps the focus", async ({ path, shows }) => {
    const tab = await tabs.open(`${site.url}${path}`, { token: person, at: site.now })
    await tab.page.getByText(shows).first().waitFor({ state: "attached" })
    await tab.page.waitForTimeout(500)
    const controls = await tab.page.locator("main :is(a[href], button, input, select, textarea):visible").count()
    const met: Array<Focused> = []
    for (let step = 0; step < Math.min(controls + 20, 120); step += 1) {
      await tab.page.keyboard.press("Tab")
      met.push(await focused(tab))
    }
    assert.deepStrictEqual(met.filter(({ isSeen }) => !isSeen).map(({ what }) => what), [])
    assert.isAbove(new Set(met.map(({ what }) => what)).size, 5)
  })

  it("one skips the navigation, walks the runs, opens one, and comes back", async () => {
    const tab = await tabs.open(`${site.url}/`, { token: person, at: site.now })
    const { page } = tab
    await page.getByText("orders-404").first().waitFor()
    await page.keyboard.press("Tab")
    assert.match((await focused(tab)).name, /Skip to content/)
    await page.keyboard.press("Enter")
    assert.strictEqual(await page.evaluate(() => document.activeElement?.id), "content")
    await page.keyboard.press("/")
    await page.keyboard.type("orders")
    await page.waitForURL(/orders/)
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.waitForURL(/\/runs\/code-runs\/orders-404/)
    await page.goBack()
    await page.waitForURL(/orders/)
  })

  it("one signs in and out", async () => {
    const tab = await tabs.open(`${site.url}/`)
    const { page } = tab
    await page.getByLabel("Bearer token").focus()
    await page.keyboard.type(person)
    await page.keyboard.press("Enter")
    const session = page.getByRole("button", { name: "Session" })
    await session.waitFor()
    await session.focus()
    await page.keyboard.press("Enter")
    await page.getByRole("menuitem", { name: "Sign out" }).waitFor()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await page.getByLabel("Bearer token").waitFor()
  })
})
