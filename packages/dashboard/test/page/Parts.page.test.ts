/** Parts of the page that load when they are opened, while the network is away. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
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

describe("a view that was not loaded yet", () => {
  it("comes when the network does; until then the page stays, and says what it waits for", async () => {
    const tab = await tabs.open(`${wire.url}/`, { token: product.token(), failures: lost })
    const { page } = tab
    await page.getByRole("heading", { name: "Runs" }).waitFor()
    await page.waitForFunction(() => performance.now() > 10_000)
    wire.cut()
    await page.getByText("The connection to the server broke").waitFor()
    await page.getByRole("link", { name: "Spend" }).click()
    await page.waitForTimeout(3000)
    assert.strictEqual(await page.getByRole("link", { name: "Workspaces" }).count(), 1)
    assert.strictEqual(await page.getByRole("button", { name: "Try again" }).count(), 0)
    wire.mend()
    await page.getByRole("heading", { name: "Spend", exact: true }).waitFor()
    const missing = await page.locator("link[rel=stylesheet]").evaluateAll((links) =>
      links.filter((link) => link instanceof HTMLLinkElement && link.sheet === null).length
    )
    assert.strictEqual(missing, 0)
  })
})
