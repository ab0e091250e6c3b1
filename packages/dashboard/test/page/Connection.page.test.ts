/** What is on the page while the network and the server come and go: it says so, nothing is lost, and nothing is there twice. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Tab } from "./harness/Browser.ts"
import { lost, Product, Wire } from "./harness/Product.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let wire: Wire
const product = new Product()

beforeAll(async () => {
  await product.start(25)
  wire = await Wire.to(product.port)
})

afterAll(async () => {
  await wire.end()
  await product.end()
})

const open = async (path: string): Promise<Tab> =>
  await tabs.open(`${wire.url}${path}`, { token: product.token(), failures: lost })

/** How often each text is on the page. */
const counts = async ({ page }: Tab, texts: ReadonlyArray<string>) =>
  await Promise.all(texts.map(async (text) => await page.getByRole("link", { name: text, exact: true }).count()))

describe("the runs", () => {
  it("that came while the network was cut are there once afterwards, and the page says what it knows meanwhile", async () => {
    const tab = await open("/")
    await product.submit("before")
    await tab.page.getByRole("link", { name: "before", exact: true }).waitFor()
    wire.cut()
    await tab.page.getByText("The connection to the server broke").waitFor()
    await product.submit("meanwhile")
    wire.mend()
    await tab.page.getByRole("link", { name: "meanwhile", exact: true }).waitFor()
    await tab.page.getByText("The connection to the server broke").waitFor({ state: "hidden" })
    const other = await open("/")
    await other.page.getByRole("link", { name: "meanwhile", exact: true }).waitFor()
    for (const each of [tab, other]) assert.deepStrictEqual(await counts(each, ["before", "meanwhile"]), [1, 1])
  })

  it("are the same in two tabs, and after the server has been restarted", async () => {
    const [one, other] = await Promise.all([open("/"), open("/")])
    for (const { page } of [one, other]) await page.getByRole("link", { name: "meanwhile", exact: true }).waitFor()
    await product.stop()
    await one.page.getByText("The connection to the server broke").waitFor()
    await product.start(25)
    await product.submit("after")
    for (const tab of [one, other]) {
      await tab.page.getByRole("link", { name: "after", exact: true }).waitFor({ timeout: 60_000 })
      await tab.page.getByText("The connection to the server broke").waitFor({ state: "hidden" })
      assert.deepStrictEqual(await counts(tab, ["before", "meanwhile", "after"]), [1, 1, 1])
    }
  })
})

describe("a conversation", () => {
  it("whose stream is cut again and again has every line once, in the order in which they were said", async () => {
    await product.submit("talk")
    const tab = await open("/runs/code-runs/talk/transcript")
    await tab.page.getByText("I read the task first").first().waitFor({ timeout: 60_000 })
    for (let time = 0; time < 4; time += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2500))
      wire.cut()
      await new Promise((resolve) => setTimeout(resolve, 1000))
      wire.mend()
    }
    const ended = async () => {
      const run = await product.ask("/api/v1/code-runs/talk")
      return /"phase":"(Succeeded|Failed)"/.test(JSON.stringify(run))
    }
    while (!(await ended())) await new Promise((resolve) => setTimeout(resolve, 500))
    const whole = await open("/runs/code-runs/talk/transcript")
    const texts = async ({ page }: Tab) => {
      await page.getByText("I read the task first").first().waitFor()
      await page.waitForTimeout(3000)
      return (await page.getByRole("main").innerText()).split("\n").filter((line) => /^[A-Z].{20,}\.$/.test(line))
    }
    const [followed, read] = [await texts(tab), await texts(whole)]
    assert.isAbove(read.length, 1)
    assert.deepStrictEqual(followed, [...new Set(followed)])
    assert.deepStrictEqual(read.filter((line) => !followed.includes(line)), [])
  })
})
