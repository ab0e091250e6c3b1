/** What an agent says, in a browser: while it is said and afterwards, over connections that break, and whatever it says. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { type TabOptions, themes } from "./harness/Browser.ts"
import { Wire } from "./harness/Product.ts"
import { keep } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"
import { attemptOf, keepTranscript, putRun, setStatus, startPod, timed } from "./harness/Talks.ts"

const tabs = useTabs()
let site: Site

const said = (text: string, more: object = {}) => ({ type: "message", role: "assistant", text, ...more })
const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, index) => said(`Line ${from + index}.`))

const conversation = [
  { type: "session", sessionId: "s-1", model: "claude-test-1", tools: ["Bash", "Edit"] },
  said("Fix the handler of orders.", { role: "user" }),
  { type: "reasoning", text: "The handler is in src/orders.ts.\nI read it first." },
  { type: "toolCall", id: "1", name: "Bash", input: { command: "npm test" } },
  { type: "toolResult", id: "1", error: true, text: "1 test failed\nexpected 404" },
  {
    type: "toolCall",
    id: "2",
    name: "Edit",
    input: { file_path: "src/orders.ts", old_string: "const status = 500\n", new_string: "const status = 404\n" }
  },
  { type: "toolResult", id: "2", error: false, text: "wrote src/orders.ts" },
  { type: "toolCall", id: "3", name: "Task", input: { description: "Look for other handlers" } },
  said("There are none.", { parent: "3" }),
  { type: "toolResult", id: "3", error: false, text: "none" },
  { type: "notice", text: "The model's API answered 529 (overloaded); try 1 of 10." },
  said("Done."),
  {
    type: "result",
    error: false,
    text: "Done.",
    usage: { costUsd: 0.0421, inputTokens: 12_400, outputTokens: 830, turns: 4 }
  }
]

const putOver = async (name: string, events: ReadonlyArray<object>) => {
  const uid = await putRun(site, name, "Succeeded", [
    attemptOf(name, 1, "Failed", { reason: "BudgetExceeded" }),
    attemptOf(name, 2, "Succeeded")
  ])
  keepTranscript(site, uid, 1, timed([said("I gave up.")]))
  keepTranscript(site, uid, 2, timed(events))
  keep(site, uid, 2, "log.txt", "2026-05-04T11:00:00.000Z one\n2026-05-04T11:00:01.000Z two \u001b[31mred\n")
  return uid
}

beforeAll(async () => {
  site = await startSite()
  await putOver("over", conversation)
})

afterAll(async () => {
  await site.stop()
})

const open = async (path: string, options: TabOptions = {}, url = site.url) =>
  await tabs.open(`${url}/runs/code-runs/${path}`, { token: person, ...options })

const rows = (page: Page) => page.getByRole("list", { name: "Conversation" }).getByRole("listitem")
const row = (page: Page, text: string | RegExp) => rows(page).filter({ hasText: text })
const countOf = async (page: Page) => Number(await rows(page).first().getAttribute("aria-setsize"))
const isAtEnd = async (page: Page) =>
  await page.evaluate(() => window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 100)

describe("the conversation of an attempt that has ended", () => {
  it("has its tools folded, with what they were given, changed and answered below", async () => {
    const { page } = await open("over/transcript")
    const edit = row(page, /Edit/)
    await edit.waitFor()
    assert.strictEqual(await page.getByText("const status = 404").count(), 0)
    await edit.getByRole("button", { name: /Edit/ }).click()
    assert.match(await edit.locator(".diff-line.removed").innerText(), /removed:.*const status = 500/s)
    assert.match(await edit.locator(".diff-line.added").innerText(), /added:.*const status = 404/s)
    await edit.getByText("wrote src/orders.ts").waitFor()
    assert.strictEqual(await row(page, "There are none.").getByText("Subagent").count(), 1)
    await row(page, "Turn ended").getByText("12,400 tokens in, 830 out, 4 answers, $0.042").waitFor()
    assert.match(await row(page, "Turn ended").innerText(), /^(?!.*Done\.)/s)
  })

  it("of an earlier attempt is beside it, each with its outcome", async () => {
    const { page } = await open("over/transcript")
    const attempts = page.getByRole("list", { name: "Attempts" })
    await attempts.getByRole("button", { name: "Attempt 1 Failed: BudgetExceeded 12m" }).click()
    await row(page, "I gave up.").waitFor()
    assert.strictEqual(new URL(page.url()).searchParams.get("attempt"), "1")
    assert.strictEqual(await countOf(page), 1)
  })

  it("goes from error to error by keys, and opens them", async () => {
    const { page } = await open("over/transcript")
    await rows(page).first().waitFor()
    await page.keyboard.press("e")
    await row(page, "npm test").getByText("expected 404").waitFor()
    await page.keyboard.press("e")
    assert.include(await page.locator(".jumped").innerText(), "529 (overloaded)")
    await page.keyboard.press("Shift+E")
    assert.include(await page.locator(".jumped").innerText(), "npm test")
  })

  it("is searched by keys: how many there are, the next one, in what is folded too", async () => {
    const { page } = await open("over/transcript")
    await rows(page).first().waitFor()
    await page.keyboard.press("/")
    await page.keyboard.type("STATUS = 404")
    await page.getByText("1 found").waitFor()
    await page.keyboard.press("Enter")
    await page.getByText("1 of 1", { exact: true }).waitFor()
    await row(page, /Edit/).locator(".diff-line.added").waitFor()
    await page.keyboard.press("Escape")
    await page.keyboard.press("/")
    await page.keyboard.type("(nothing")
    await page.getByText("Nothing found").waitFor()
  })

  it("has an address for each line, which marks it", async () => {
    const { page } = await open("over/transcript")
    await row(page, "npm test").getByRole("link", { name: "Line 4: copy its address" }).click()
    const address = page.url()
    assert.match(address, /\/runs\/code-runs\/over\/transcript\?attempt=2#4$/)
    const other = await open(address.slice(address.indexOf("over/")))
    const marked = other.page.locator("[aria-current=location]")
    await marked.waitFor()
    // The fifth line is the answer in the row of the fourth.
    assert.include(await marked.innerText(), "expected 404")
  })

  it("is not accessible with a mouse alone: axe finds nothing, in both themes and on a phone", async () => {
    for (const theme of themes) {
      for (const width of [390, 1280]) {
        const tab = await open("over/transcript", { theme, width })
        await rows(tab.page).first().waitFor()
        await tab.page.getByRole("button", { name: "Unfold all" }).click()
        await tab.page.locator(".diff-line").first().waitFor()
        assert.deepStrictEqual(await tab.axe(), [], `${theme} ${width}`)
        const overflow = await tab.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.isAtMost(overflow, 0, `${theme} ${width}`)
      }
    }
  })

  it("that nobody kept says why, and the log is beside it", async () => {
    await putRun(site, "gone", "Failed", [attemptOf("gone", 1, "Failed")])
    const { page } = await open("gone/transcript", { failures: /transcript|logs/ })
    await page.getByRole("heading", { name: "There is no conversation of this attempt" }).waitFor()
    await page.getByText(/has no pod/).waitFor()
    await page.getByRole("tab", { name: "Log" }).click()
    await page.getByRole("heading", { name: "There is no log of this attempt" }).waitFor()
  })

  it("has what was printed as a log, line by line", async () => {
    const { page } = await open("over/transcript")
    await page.getByRole("tab", { name: "Log" }).click()
    const lines = page.getByRole("list", { name: "Log" }).getByRole("listitem")
    await lines.filter({ hasText: "two red" }).waitFor()
    assert.strictEqual(await lines.count(), 2)
  })
})

describe("the conversation of an agent at work", () => {
  it("appears as it is spoken; who is at its end stays there, and who reads further up is left alone", async () => {
    await putRun(site, "talks", "Running", [attemptOf("talks", 1)])
    const pod = await startPod(site, "talks", 1)
    await pod.say(timed(numbered(100)))
    const { page } = await open("talks/transcript")
    await row(page, "Line 100.").waitFor()
    await pod.say(timed(numbered(100, 101), "2026-05-04T12:00:10Z"))
    await row(page, "Line 200.").waitFor()
    assert.isTrue(await isAtEnd(page))
    await page.getByRole("button", { name: "Following" }).waitFor()

    await page.mouse.move(640, 600)
    await page.mouse.wheel(0, -3000)
    await page.getByRole("button", { name: "To the end" }).waitFor()
    const place = await page.evaluate(() => window.scrollY)
    await pod.say(timed(numbered(50, 201), "2026-05-04T12:00:20Z"))
    await page.waitForFunction(() => document.querySelector(".reading-row")?.getAttribute("aria-setsize") === "250")
    assert.strictEqual(await page.evaluate(() => window.scrollY), place)

    await page.keyboard.press("p")
    await pod.say(timed(numbered(7, 251), "2026-05-04T12:00:30Z"))
    await page.getByRole("button", { name: "Show 7 new" }).click()
    await row(page, "Line 257.").waitFor()

    await pod.end()
    await setStatus(site, "talks", "Succeeded", [attemptOf("talks", 1, "Succeeded")])
    await page.getByText("Attempt 1").locator("..").getByText("Succeeded").waitFor()
  })

  it("loses no line and tells none twice when the network is cut in mid-stream, and says so", async () => {
    await putRun(site, "cut", "Running", [attemptOf("cut", 1)])
    const pod = await startPod(site, "cut", 1)
    await pod.say(timed(numbered(20), "2026-05-04T11:59:00Z"))
    const wire = await Wire.to(Number(new URL(site.url).port))
    try {
      const { page } = await open("cut/transcript", { failures: /./ }, wire.url)
      await row(page, "Line 20.").waitFor()
      wire.cut()
      await pod.say(timed(numbered(20, 21), "2026-05-04T11:59:00.030Z"))
      await page.getByText(/The conversation is interrupted/).waitFor()
      wire.mend()
      await row(page, "Line 40.").waitFor()
      await page.getByText(/The conversation is interrupted/).waitFor({ state: "hidden" })
      assert.strictEqual(await countOf(page), 40)
      const texts = new Set<string>()
      for (let top = 0; texts.size < 40 && top < 100; top++) {
        await page.evaluate((at) => window.scrollTo(0, at * 300), top)
        for (const text of await rows(page).allInnerTexts()) texts.add(/Line \d+\./.exec(text)?.[0] ?? text)
      }
      assert.deepStrictEqual([...texts].toSorted(), numbered(40).map(({ text }) => text).toSorted())
    } finally {
      await wire.end()
    }
  })

  it("goes over to the next attempt when that begins", async () => {
    await putRun(site, "again", "Running", [attemptOf("again", 1)])
    const first = await startPod(site, "again", 1)
    await first.say(timed([said("The first attempt.")]))
    const { page } = await open("again/transcript")
    await row(page, "The first attempt.").waitFor()
    const second = await startPod(site, "again", 2)
    await second.say(timed([said("The second attempt.")]))
    await first.end()
    await setStatus(site, "again", "Running", [attemptOf("again", 1, "Failed"), attemptOf("again", 2)])
    await row(page, "The second attempt.").waitFor()
  })
})

describe("whatever an agent says", () => {
  const bad = "<script>window.ran=1</script><img src=x onerror=\"window.ran=1\"> [x](javascript:window.ran=1) "
    + "\u001b[31mred \u202egnp.exe\u202c a\u200bb \ud800 \u0000"

  it("is text, runs nothing, and shows what cannot be seen", async () => {
    await putOver("hostile", [
      { type: "session", sessionId: "s".repeat(200), model: "<b>".repeat(60), tools: [] },
      said(bad),
      { type: "reasoning", text: bad },
      { type: "toolCall", id: "x", name: "<i>".repeat(60), input: { command: bad, [bad]: bad } },
      {
        type: "toolCall",
        id: "y",
        name: "Edit",
        parent: "x",
        input: { file_path: bad, old_string: bad, new_string: "x" }
      },
      { type: "toolResult", id: "y", error: true, text: bad },
      { type: "toolResult", id: "x", error: false, text: "\u001b[2J".repeat(5000) },
      said(`deep ${"W".repeat(32_000)}`, { parent: "y" }),
      { type: "notice", text: bad },
      { type: "result", error: true, text: bad }
    ])
    const { page } = await open("hostile/transcript")
    await row(page, "Turn failed").waitFor()
    await page.getByRole("button", { name: "Unfold all" }).click()
    await row(page, "<script>window.ran=1</script>").first().waitFor()
    await page.getByText("⟨U+202E⟩").first().waitFor()
    await page.getByText("␛").first().waitFor()
    assert.strictEqual(await page.locator(".reading :is(script, img, iframe, b, i)").count(), 0)
    assert.strictEqual(await page.locator(".reading a[href^='javascript']").count(), 0)
    assert.isUndefined(await page.evaluate(() => Object.getOwnPropertyDescriptor(window, "ran")?.value))
    assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 0)
  })

  it("is read in 50,000 lines: all of them are there, and only those in sight are elements", async () => {
    await putOver("long", numbered(50_000))
    const { page } = await open("long/transcript")
    await page.getByText("50,000 lines").waitFor()
    await page.keyboard.press("f")
    await row(page, "Line 50000.").waitFor()
    assert.isBelow(await rows(page).count(), 100)
    await page.goto(`${site.url}/runs/code-runs/long/transcript?attempt=2#25000`)
    await page.locator("[aria-current=location]").filter({ hasText: "Line 25000." }).waitFor()
  })
})
