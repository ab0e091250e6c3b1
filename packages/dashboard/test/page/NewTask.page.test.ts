/** Handing a task over, in a browser: by the keyboard, with the plan beside it, and never twice. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import type { TabOptions } from "./harness/Browser.ts"
import { seed } from "./harness/Runs.ts"
import { namespace, person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
})

afterAll(async () => {
  await site.stop()
})

const open = async (path: string, options: TabOptions = {}) =>
  await tabs.open(`${site.url}${path}`, { token: person, ...options })

const runsOf = async (service: string) => {
  const { items } = await site.run(Effect.orDie(site.client.list(CodeRunKind, { namespace })))
  return items.filter(({ spec }) => spec["service"] === service)
}

const repository = "https://github.com/example/payments"

const fill = async (page: Page, service: string) => {
  await page.getByLabel("Task", { exact: true }).fill("Answer 404")
  await page.getByLabel("Repository", { exact: true }).fill(repository)
  await page.getByLabel("Service", { exact: true }).fill(service)
  await page.getByLabel("GitHub user", { exact: true }).fill("octocat")
}

const handOver = (page: Page) => page.getByRole("button", { name: "Hand over" })
const plan = (page: Page) => page.getByRole("region", { name: "What would happen" })
const isPlan = /\/code-runs\/plan$/

describe("a new task", () => {
  it("is written and handed over by the keyboard alone, and its run is opened", async () => {
    const { page } = await open("/new")
    await page.getByLabel("Task", { exact: true }).focus()
    await page.keyboard.type("Answer 404")
    for (const text of [repository, "by-keyboard", "octocat"]) {
      await page.keyboard.press("Tab")
      await page.keyboard.type(text)
    }
    await plan(page).getByText("Job", { exact: true }).first().waitFor()
    await page.keyboard.press("Control+Enter")
    await page.getByRole("heading", { level: 1, name: /by-keyboard/ }).waitFor()
    const [run] = await runsOf("by-keyboard")
    assert.deepInclude(run?.spec, { prompt: "Answer 404", githubUser: "octocat", repositoryUrl: repository })
    assert.strictEqual(await page.evaluate(() => JSON.stringify(window.sessionStorage).includes("by-keyboard")), false)
  })

  it("is handed over once, however often one presses", async () => {
    const { page } = await open("/new")
    await fill(page, "twice")
    await handOver(page).dblclick()
    await page.getByRole("heading", { level: 1, name: /twice/ }).waitFor()
    assert.lengthOf(await runsOf("twice"), 1)
  })

  it("whose answer is lost is the same run when it is handed over again, also after a reload", async () => {
    const { page } = await open("/new", { failures: /code-runs/ })
    await fill(page, "lost")
    let cuts = 2
    await page.route(/\/code-runs$/, async (route) => {
      if (route.request().method() !== "POST" || cuts === 0) return await route.continue()
      cuts -= 1
      await route.fetch()
      await route.abort()
    })
    await handOver(page).click()
    await page.getByRole("alert").waitFor()
    await handOver(page).click()
    await page.getByRole("button", { name: "Hand over" }).waitFor()
    await page.getByRole("alert").waitFor()
    await page.reload()
    await handOver(page).click()
    await page.getByRole("heading", { level: 1, name: /lost/ }).waitFor()
    assert.lengthOf(await runsOf("lost"), 1)
  })

  it("says at each field what is wrong, and goes to the first", async () => {
    const { page } = await open("/new")
    await page.getByLabel("Repository", { exact: true }).fill("not an address")
    await handOver(page).click()
    const task = page.getByLabel("Task", { exact: true })
    assert.strictEqual(await task.getAttribute("aria-invalid"), "true")
    assert.strictEqual(await task.evaluate((element) => element === document.activeElement), true)
    await fill(page, "errors")
    await page.getByLabel("Repository", { exact: true }).fill("not an address")
    await handOver(page).click()
    const address = page.getByLabel("Repository", { exact: true })
    await page.locator("[aria-invalid=true]").first().waitFor()
    const described = await address.evaluate((element) =>
      (element.getAttribute("aria-describedby") ?? "").split(" ").map((id) =>
        document.querySelector(`[id="${id}"]`)?.textContent ?? ""
      ).join(" ")
    )
    assert.match(described, /Expected a git URL/)
    assert.lengthOf(await runsOf("errors"), 0)
  })

  it("has the plan of what was written last, whatever answer comes last", async () => {
    const { page } = await open("/new", { failures: /plan/ })
    let first = true
    await page.route(isPlan, async (route) => {
      if (first) {
        first = false
        await new Promise((resolve) => void page.waitForTimeout(2000).then(resolve))
      }
      await route.continue().catch(() => undefined)
    })
    await fill(page, "slow-one")
    await page.waitForRequest(isPlan)
    await page.getByLabel("Service", { exact: true }).fill("quick-two")
    await plan(page).getByText(/quick-two-xxxxx/).first().waitFor()
    await page.waitForTimeout(2200)
    assert.notInclude(await plan(page).innerText(), "slow-one")
  })

  it("survives a reload without the values of variables", async () => {
    const { page } = await open("/new")
    await fill(page, "kept")
    await page.getByText("Environment", { exact: true }).click()
    await page.getByLabel(/^Variables, one a line/).fill("LEVEL=obviously-fake-secret")
    await page.reload()
    assert.strictEqual(await page.getByLabel("Service", { exact: true }).inputValue(), "kept")
    assert.strictEqual(await page.getByLabel(/^Variables, one a line/).inputValue(), "LEVEL=")
    assert.notInclude(
      await page.evaluate(() => JSON.stringify([{ ...window.sessionStorage }, { ...window.localStorage }])),
      "obviously-fake-secret"
    )
  })

  it("begins with what the address or another run says", async () => {
    await seed(site, { name: "before", minutesAgo: 10, spec: { maxTurns: 7 }, status: { phase: "Failed" } })
    const { page } = await open("/new?kind=DocsRun&sourceBranch=main&githubUser=octocat")
    assert.strictEqual(await page.getByLabel("Branch", { exact: true }).inputValue(), "main")
    const again = await open("/runs/code-runs/before")
    await again.page.getByRole("link", { name: "New task like this" }).click()
    await plan(again.page).getByText(/payments-task-7-xxxxx/).first().waitFor()
    assert.strictEqual(await again.page.getByLabel(/^Turns/).inputValue(), "7")
  })
})

describe("a task of a project", () => {
  const chosen =
    "/new?way=task&service=listed&githubUser=octocat&docsRepositoryUrl=https://github.com/example/docs&taskId=1"

  it("is chosen from the list of its repository, or the server says why there is none", async () => {
    const { page } = await open(chosen, { failures: /tasks/ })
    await page.getByRole("button", { name: "List the project's tasks" }).click()
    await page.getByRole("alert").getByText(/token/).first().waitFor()
    await page.route(/\/api\/v1\/tasks/, (route) =>
      route.fulfill({
        json: {
          tag: "master",
          notes: [],
          items: [
            { id: "1", title: "Done already", status: "done", dependencies: [], subtasks: 0 },
            { id: "7", title: "<i>Next</i>", status: "pending", dependencies: [], subtasks: 2 }
          ]
        }
      }))
    await page.getByRole("button", { name: "List the project's tasks" }).click()
    await page.getByLabel("Tasks of the project").selectOption({ label: "7: <i>Next</i> (pending)" })
    assert.strictEqual(await page.getByLabel("Task ID", { exact: true }).inputValue(), "7")
  })

  it("is chosen from a file, of which nothing is sent", async () => {
    const { page } = await open(chosen)
    const sent: Array<string> = []
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`))
    await page.getByText("Or from a file of yours").click()
    const choose = async (text: string) =>
      await page.getByLabel("File tasks.json").setInputFiles({
        name: "tasks.json",
        mimeType: "application/json",
        buffer: Buffer.from(text)
      })
    await choose("{ not json")
    await page.getByRole("alert").getByText(/Expected a tasks.json/).waitFor()
    await choose(JSON.stringify({ tasks: [{ id: 12, title: "From a file" }] }))
    await page.getByLabel("Tasks of the project").selectOption("12")
    assert.strictEqual(await page.getByLabel("Task ID", { exact: true }).inputValue(), "12")
    assert.deepStrictEqual(sent.filter((one) => one.includes("From a file")), [])
  })
})
