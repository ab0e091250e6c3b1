/** What an agent, a repository or a requester may put into a run, on every view: text stays text, shows what it is, and runs nothing. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { TranscriptContent } from "@orchestrator/domain/Transcript"
import { keep, seed, transcript } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let site: Site

const script = "<script>window.ran = 1</script><img src=x onerror=\"window.ran = 2\"><svg onload=\"window.ran = 3\">"
const link = "[click](javascript:window.ran=4) javascript:window.ran=5 <a href=\"javascript:window.ran=6\">here</a>"
const escapes = "\u001b[31mred\u001b[0m \u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007 \u0000\u0008"
const bidi = "safe\u202egnp.exe\u202c \u2066isolated\u2069 \u200fmark"
const invisible = [..."\u0000\u0008\u001b\u202a\u202b\u202d\u202e\u2066\u2067\u200e\u200f"]
const long = "x".repeat(32_000)
const name = `a-${"n".repeat(200)}`
const everything = `${script} ${link} ${escapes} ${bidi}`

const conversation: ReadonlyArray<TranscriptContent> = [
  { type: "session", sessionId: "s", model: script, tools: [script] },
  { type: "message", role: "user", text: everything },
  { type: "message", role: "assistant", text: everything },
  { type: "message", role: "assistant", text: long },
  { type: "reasoning", text: everything },
  { type: "toolCall", id: "1", name: script, input: { command: everything, [script]: link } },
  { type: "toolResult", id: "1", error: true, text: everything },
  { type: "notice", text: everything },
  { type: "result", error: true, text: everything }
]

const diff = `diff --git a/${script.replaceAll(" ", "")} b/${script.replaceAll(" ", "")}
new file mode 100644
--- /dev/null
+++ b/${script.replaceAll(" ", "")}
@@ -0,0 +1,3 @@
+${everything.replaceAll("\u0000", "")}
+${"y".repeat(1_000_000)}
+<!-- ${bidi} -->
`

beforeAll(async () => {
  site = await startSite()
  const uid = await seed(site, {
    name,
    minutesAgo: 5,
    spec: { prompt: everything.replaceAll("\u0000", ""), taskId: 0, promptModification: script },
    status: {
      phase: "Failed",
      reason: "AgentError",
      message: everything,
      branch: script,
      pullRequestUrl: "javascript:window.ran=7",
      contextVersion: 1,
      sessionId: script,
      startedAt: "2026-05-04T11:56:00Z",
      finishedAt: "2026-05-04T11:58:00Z",
      attempts: [{
        contextVersion: 1,
        jobName: "job",
        outcome: "Failed",
        reason: script,
        message: everything,
        startedAt: script,
        finishedAt: script
      }],
      conditions: [{
        type: script,
        status: "True",
        reason: script,
        message: everything,
        lastTransitionTime: "2026-05-04T11:58:00Z"
      }]
    }
  })
  keep(site, uid, 1, "transcript.jsonl", transcript(site, conversation))
  keep(site, uid, 1, "diff.patch", diff)
  keep(site, uid, 1, "log.txt", `2026-05-04T11:57:00Z ${everything}\n2026-05-04T11:57:00Z ${"z".repeat(1_000_000)}\n`)
})

afterAll(async () => {
  await site.stop()
})

const run = `/runs/code-runs/${name}`

describe.each([
  { view: "runs", path: "/" },
  { view: "search", path: `/?search=${encodeURIComponent(script)}&q=${encodeURIComponent(script)}` },
  { view: "run", path: run },
  { view: "transcript", path: `${run}/transcript` },
  { view: "diff", path: `${run}/diff` },
  {
    view: "task",
    path: `/new?prompt=${encodeURIComponent(script)}&repository=${encodeURIComponent("javascript:window.ran=8")}`
  },
  { view: "workspaces", path: "/workspaces" },
  { view: "spend", path: `/spend?by=${encodeURIComponent(script)}` },
  { view: "system", path: "/system" },
  { view: "no view", path: `/${encodeURIComponent(script)}` }
])("the view $view", ({ path }) => {
  it("shows a hostile run as text and runs nothing", async () => {
    const tab = await tabs.open(`${site.url}${path}`, { token: person, at: site.now, failures: /api\/v1/ })
    await tab.page.getByRole("main").waitFor()
    await tab.page.waitForTimeout(700)
    for (
      const summary of await tab.page.locator(
        "main [aria-expanded=false]:not([aria-haspopup]), main details:not([open]) > summary"
      ).all()
    ) {
      await summary.click({ timeout: 2000 }).catch(() => {})
    }
    const found = await tab.page.evaluate(() => ({
      ran: Object.getOwnPropertyDescriptor(window, "ran")?.value,
      scripts: [...document.querySelectorAll("script")].filter(({ src }) =>
        !src.startsWith(window.location.origin)
      ).length,
      handlers: document.querySelectorAll("[onerror], [onload], [onclick]").length,
      images: document.querySelectorAll("main img").length,
      links: [...document.querySelectorAll("a")].filter(({ href }) => !/^https?:/.test(href)).map(({ href }) => href),
      outside: document.documentElement.scrollWidth <= window.innerWidth ? [] : [...document.querySelectorAll("main *")]
        .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
        .map(({ className, tagName }) => `${tagName} ${String(className)}`).slice(0, 8),
      text: document.body.innerText
    }))
    assert.deepInclude(found, { ran: undefined, scripts: 0, handlers: 0, images: 0, links: [] })
    // What cannot be seen, or turns what can be seen around, is shown as what it is.
    const unseen = found.text.split("\n").filter((line) => invisible.some((each) => line.includes(each)))
    assert.deepStrictEqual(unseen.map((line) => JSON.stringify(line.slice(0, 200))), [])
    assert.deepStrictEqual(found.outside, [], "the page is wider than its window")
    assert.deepStrictEqual(await tab.axe(), [])
  })
})

it("the conversation's script tags are there to be read", async () => {
  const tab = await tabs.open(`${site.url}${run}/transcript`, { token: person, at: site.now })
  await tab.page.getByText("<script>window.ran = 1</script>").first().waitFor()
})
