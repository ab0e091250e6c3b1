/** The table of runs in a browser: by the keyboard alone, filtered by its address, many runs changed at once, and still while it lives. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { seed, seedMany } from "./harness/Runs.ts"
import { namespace, person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
  await seedMany(site, 30)
})

afterAll(async () => {
  await site.stop()
})

const open = async (path = "/") => {
  const tab = await tabs.open(`${site.url}${path}`, { token: person, at: site.now })
  await tab.page.locator("[role=grid][aria-busy=false] [data-key]").first().waitFor()
  return tab
}

const keys = (page: Page) =>
  page.locator("[data-key]").evaluateAll((rows) => rows.map((row) => row.dataset["key"] ?? ""))
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest<HTMLElement>("[data-key]")?.dataset["key"])

const specOf = async (name: string) =>
  (await site.run(Effect.orDie(site.client.get(CodeRunKind, { namespace, name })))).spec

describe("the table of runs", () => {
  it("is walked through, selected from and opened by keys", async () => {
    const { page } = await open("/?sort=name")
    const [first, second] = await keys(page)
    await page.keyboard.press("j")
    assert.strictEqual(await focused(page), first)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    assert.strictEqual(await focused(page), second)
    assert.strictEqual(await page.locator("[role=row][aria-selected=true]").count(), 1)
    await page.keyboard.press("End")
    await page.locator("[data-key=\"CodeRun/run-00029\"] .run-name:focus").waitFor()
    await page.keyboard.press("Home")
    await page.locator("[data-key=\"CodeRun/run-00000\"] .run-name:focus").waitFor()
    await page.keyboard.press("Escape")
    assert.strictEqual(await page.locator("[role=row][aria-selected=true]").count(), 0)
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    await page.locator("[data-key=\"CodeRun/run-00000\"] .run-name:focus").waitFor()
    await page.keyboard.press("Enter")
    await page.waitForURL(/\/runs\/code-runs\//)
  })

  it("shows what its address says, and its address says what it shows", async () => {
    const { page } = await open("/?q=run-00007")
    assert.deepStrictEqual(await keys(page), ["CodeRun/run-00007"])
    await page.keyboard.press("/")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("run-0000")
    await page.waitForURL(/q=run-0000$/)
    await page.getByLabel("Phase", { exact: true }).selectOption("Failed")
    await page.waitForURL(/phase=Failed/)
    await page.reload()
    assert.strictEqual(await page.getByLabel("Search", { exact: true }).inputValue(), "run-0000")
    assert.strictEqual(await page.getByLabel("Phase", { exact: true }).inputValue(), "Failed")
    await page.getByRole("button", { name: "Clear filters" }).click()
    await page.getByText("30 runs").waitFor()
  })

  it("says what becomes of many before it does it", async () => {
    const tab = await open("/?sort=name")
    const { page } = tab
    const [name = ""] = (await keys(page)).map((key) => key.slice(key.indexOf("/") + 1))
    await page.keyboard.press("j")
    const before = await specOf(name)
    for (const [key, verb] of [["c", "Cancel"], ["r", "Retry"]] as const) {
      await page.keyboard.press(key)
      await page.getByRole("dialog", { name: `${verb} runs` }).waitFor()
      await page.keyboard.press("Escape")
      await page.getByRole("dialog").waitFor({ state: "detached" })
    }
    await page.getByRole("button", { name: "Retry…" }).click()
    const dialog = page.getByRole("dialog", { name: "Retry runs" })
    await dialog.getByText(/would begin another attempt|cannot be/).waitFor()
    assert.deepStrictEqual(await specOf(name), before)
    assert.deepStrictEqual(await tab.axe(), [])
  })

  it("stays where it is while somebody is at it; what is new comes when it is asked for", async () => {
    const { page } = await open()
    const before = await keys(page)
    await page.keyboard.press("j")
    await seed(site, { name: "brand-new", minutesAgo: 0, status: { phase: "Pending", reason: "Accepted" } })
    const show = page.getByRole("button", { name: "1 new: show" })
    await show.waitFor()
    assert.deepStrictEqual(await keys(page), before)
    await show.click()
    await page.getByRole("link", { name: "brand-new" }).waitFor()
  })
})
