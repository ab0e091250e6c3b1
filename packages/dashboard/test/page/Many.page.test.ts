/** Ten thousand runs: they come, scroll, and are found. */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { seedMany } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
  await seedMany(site, 10_000)
})

afterAll(async () => {
  await site.stop()
})

it("10,000 runs are shown by few elements, scroll to their end, and are found by their name", async () => {
  const tab = await tabs.open(`${site.url}/`, { token: person, at: site.now })
  const { page } = tab
  await page.getByText("10,000").first().waitFor()
  assert.isBelow(await page.evaluate(() => document.querySelectorAll("main *").length), 5000)
  await page.evaluate(async () => {
    const inner = [...document.querySelectorAll("main *")].find(({ clientHeight, scrollHeight }) =>
      scrollHeight > clientHeight + 5000
    )
    const place = inner ?? document.documentElement
    for (let step = 0; step < 60; step += 1) {
      place.scrollTop += (place.scrollHeight - place.clientHeight) / 60
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
  // How many frames a second that is: bench/page.
  await page.getByText("run-09999").first().waitFor()
  await page.keyboard.press("/")
  await page.keyboard.type("run-04217")
  await page.getByText("run-04217").first().waitFor()
})
