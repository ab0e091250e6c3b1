/** Every view in both themes and three widths: accessible, quiet, and as it was agreed to look. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Theme, themes } from "./harness/Browser.ts"
import { difference } from "./harness/Pictures.ts"
import { seedTeam } from "./harness/Runs.ts"
import { person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"
import { type View, views } from "./harness/Views.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
  await seedTeam(site)
})

afterAll(async () => {
  await site.stop()
})

const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
  { width: 2560, height: 1440 }
]

const shown = async (view: View, theme: Theme, size: { readonly width: number; readonly height: number }) => {
  const tab = await tabs.open(`${site.url}${view.path}`, { theme, ...size, token: person, at: site.now })
  await tab.page.getByText(view.shows).first().waitFor({ state: "attached" })
  await tab.page.waitForTimeout(700)
  return tab
}

describe.each(themes)("in the %s theme", (theme) => {
  it.each(views)("$name is accessible, and looks as agreed", async (view) => {
    const problems: Array<string> = []
    for (const size of sizes) {
      const tab = await shown(view, theme, size)
      problems.push(...(await tab.axe()).map((each) => `${size.width} px: ${each}`))
      const wider = await tab.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wider > 0) problems.push(`${size.width} px: the page is ${wider} px wider than its window`)
      const different = await difference(tab, `${view.name}-${size.width}-${theme}`)
      if (different !== undefined) problems.push(different)
      await tab.close()
      tab.check()
    }
    assert.deepStrictEqual(problems, [])
  })
})
