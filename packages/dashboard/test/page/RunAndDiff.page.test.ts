/** One run and what it delivered, in a browser: they live, they are worked with by the keyboard, and nothing that others wrote runs. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { CodeRunKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import type { Tab, TabOptions } from "./harness/Browser.ts"
import { keep, seed } from "./harness/Runs.ts"
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
  await tabs.open(`${site.url}${path}`, { token: person, at: site.now, ...options })

const attempt = (contextVersion: number, more: object = {}) => ({
  contextVersion,
  jobName: `code-v${contextVersion}`,
  startedAt: "2026-05-04T11:00:00Z",
  finishedAt: "2026-05-04T11:05:00Z",
  outcome: "Failed",
  reason: "AgentError",
  ...more
})

const failed = (more: object = {}) => ({
  phase: "Failed",
  reason: "AgentError",
  message: "The agent ended without a result.",
  contextVersion: 1,
  attempts: [attempt(1)],
  ...more
})

const stored = async (name: string) => await site.run(Effect.orDie(site.client.get(CodeRunKind, { name, namespace })))

const setStatus = async (name: string, status: object) =>
  await site.run(
    Effect.orDie(site.client.patchStatus(CodeRunKind, { name, namespace }, { type: "merge", body: { status } }))
  )

const explanation = ({ page }: Tab) => page.getByRole("region", { name: "Why it is where it is" })

describe("a run", () => {
  it("says why it is where it is, and says so anew when that changes", async () => {
    await seed(site, {
      name: "lives",
      minutesAgo: 30,
      status: { phase: "Running", reason: "AgentRunning", message: "The agent runs.", contextVersion: 1 }
    })
    const tab = await open("/runs/code-runs/lives")
    await explanation(tab).getByText("The agent runs.").waitFor()
    await setStatus("lives", failed())
    await explanation(tab).getByText("The agent ended without a result.").waitFor()
    await tab.page.getByText("Failed: AgentError").first().waitFor()
    await tab.page.getByRole("heading", { name: "Attempt 1" }).waitFor()
  })

  it("is tried again with a hint, by the keyboard alone; the focus comes back", async () => {
    await seed(site, { name: "again", minutesAgo: 30, status: failed() })
    const { page } = await open("/runs/code-runs/again")
    await page.getByRole("button", { name: "Retry…" }).focus()
    await page.keyboard.press("Enter")
    const dialog = page.getByRole("dialog", { name: "Try again" })
    await dialog.getByText(/Attempt 2 of this run/).waitFor()
    await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA")
    await page.keyboard.type("Mind the <b>migration</b>")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await dialog.waitFor({ state: "hidden" })
    assert.strictEqual(await page.evaluate(() => document.activeElement?.textContent), "Retry…")
    const { spec } = await stored("again")
    assert.deepInclude(spec, { contextVersion: 2, promptModification: "Mind the <b>migration</b>" })
  })

  it("is cancelled after it was said who waits for it", async () => {
    await seed(site, {
      name: "stops",
      minutesAgo: 30,
      status: { phase: "Running", reason: "AgentRunning", message: "The agent runs.", contextVersion: 1 }
    })
    await seed(site, { name: "waits", minutesAgo: 20, spec: { dependsOn: ["stops"] }, status: { phase: "Pending" } })
    const { page } = await open("/runs/code-runs/stops")
    await page.getByRole("button", { name: "Cancel…" }).click()
    const dialog = page.getByRole("dialog", { name: "Cancel this run" })
    await dialog.getByText("waits", { exact: true }).waitFor()
    assert.notStrictEqual((await stored("stops")).spec["cancel"], true)
    await dialog.getByRole("button", { name: "Cancel the run" }).click()
    await page.getByRole("button", { name: "Cancelling" }).waitFor()
    assert.strictEqual((await stored("stops")).spec["cancel"], true)
  })

  it("is suspended after it was said what that means, and resumed", async () => {
    await seed(site, { name: "later", minutesAgo: 20, status: { phase: "Pending", reason: "Accepted" } })
    const { page } = await open("/runs/code-runs/later")
    await page.getByRole("button", { name: "Suspend…" }).click()
    await page.getByRole("button", { name: "Suspend the run" }).click()
    await page.getByRole("button", { name: "Resume…" }).click()
    assert.strictEqual((await stored("later")).spec["suspend"], true)
    await page.getByRole("button", { name: "Resume the run" }).click()
    await page.getByRole("button", { name: "Suspend…" }).waitFor()
    assert.strictEqual((await stored("later")).spec["suspend"], false)
  })

  it("is deleted once that was confirmed, and another tab says that it is gone", async () => {
    await seed(site, { name: "goes", minutesAgo: 30, status: failed() })
    const other = await open("/runs/code-runs/goes")
    await explanation(other).waitFor()
    const { page } = await open("/runs/code-runs/goes")
    await page.getByRole("button", { name: "Delete…" }).click()
    await page.keyboard.press("Escape")
    assert.strictEqual((await stored("goes")).metadata.name, "goes")
    await page.getByRole("button", { name: "Delete…" }).click()
    await page.getByRole("button", { name: "Delete the run" }).click()
    await page.waitForURL(`${site.url}/`)
    await other.page.getByText("This run is gone").waitFor()
  })

  it("shows whom it is bound to, in a circle too", async () => {
    for (const [name, dependsOn] of [["one", ["two"]], ["two", ["three"]], ["three", ["one", "nobody"]]] as const) {
      await seed(site, { name, minutesAgo: 20, spec: { dependsOn }, status: { phase: "Pending" } })
    }
    const { page } = await open("/runs/code-runs/one")
    const part = page.getByRole("region", { name: "Dependencies" })
    await part.getByRole("link", { name: "two" }).waitFor()
    await part.getByText("There is no such run").waitFor()
    assert.strictEqual(await part.locator(".graph-node").count(), 4)
    await part.getByRole("link", { name: "three" }).click()
    await page.getByRole("heading", { level: 1, name: "three" }).waitFor()
  })

  it("that is not there says so", async () => {
    const { page } = await open("/runs/code-runs/nothing", { failures: /nothing/ })
    await page.getByRole("alert").getByText(/nothing/).waitFor()
  })
})

const hostileName = "a/<img src=x onerror=alert(1)>\u202egnp.exe"
const hostile = `diff --git "a/${hostileName}" "b/${hostileName}"
new file mode 100755
--- /dev/null
+++ "b/${hostileName}"
@@ -0,0 +1,3 @@
+<script>window.ran = true</script>
+\u001b[31mred\u202eder
+${"x".repeat(1_048_576)}
diff --git a/big.ts b/big.ts
--- a/big.ts
+++ b/big.ts
@@ -0,0 +1,5000 @@
${Array.from({ length: 5000 }, (_, line) => `+line ${line}\n`).join("")}diff --git a/picture.png b/picture.png
index 1..2 100644
Binary files a/picture.png and b/picture.png differ
diff --git a/old.ts b/new.ts
similarity index 90%
rename from old.ts
rename to new.ts
`

describe("what a run delivered", () => {
  it("is shown file by file, and nothing of it runs", async () => {
    const uid = await seed(site, { name: "delivers", minutesAgo: 60, status: failed() })
    keep(site, uid, 1, "diff.patch", hostile)
    const { page } = await open("/runs/code-runs/delivers/diff")
    await page.getByRole("button", { name: "Show 4 lines" }).click()
    await page.getByText("<script>window.ran = true</script>").waitFor()
    await page.getByText("4 files").waitFor()
    await page.getByText("binary: not shown").waitFor()
    await page.getByText("from old.ts").waitFor()
    assert.strictEqual(await page.evaluate(() => Reflect.get(window, "ran")), undefined)
    assert.strictEqual(await page.locator("main img, main script").count(), 0)
    assert.notInclude(await page.locator("main").innerText(), "\u202e")
    assert.isBelow((await page.locator("main").innerText()).length, 100_000)
  })

  it("is gone through by the keyboard; a large file is folded, and a link opens it", async () => {
    const uid = await seed(site, { name: "keys", minutesAgo: 60, status: failed() })
    keep(site, uid, 1, "diff.patch", hostile)
    const { page } = await open("/runs/code-runs/keys/diff")
    const big = page.getByRole("region", { name: "big.ts" })
    await big.getByRole("button", { name: "Show 5,001 lines" }).waitFor()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    assert.strictEqual(await page.evaluate(() => document.activeElement?.textContent?.includes("big.ts")), true)
    await page.keyboard.press("o")
    await big.getByText("line 0").first().waitFor()
    await page.keyboard.press("o")
    await page.getByRole("navigation", { name: "Files" }).getByRole("link", { name: "big.ts" }).click()
    await big.getByText("line 0").first().waitFor()
    await page.waitForURL(/file=big\.ts/)
    await page.reload()
    await big.getByText("line 0").first().waitFor()
  })

  it("appears when an attempt has ended, without a reload", async () => {
    const uid = await seed(site, {
      name: "soon",
      minutesAgo: 60,
      status: { phase: "Running", reason: "AgentRunning", contextVersion: 1, attempts: [] }
    })
    const { page } = await open("/runs/code-runs/soon/diff", { failures: /diff/ })
    await page.getByText("It is kept when an attempt ends").waitFor()
    keep(site, uid, 1, "diff.patch", "diff --git a/x.ts b/x.ts\n--- a/x.ts\n+++ b/x.ts\n@@ -0,0 +1 @@\n+there it is\n")
    await setStatus("soon", failed())
    await page.getByText("there it is").waitFor()
  })
})
