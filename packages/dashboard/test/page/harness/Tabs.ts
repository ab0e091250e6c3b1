/** The browser of a file of tests, and its tabs: each is closed after the test that has opened it, and must have been quiet. */
import { afterAll, afterEach, beforeAll } from "@effect/vitest"
import type { Browser } from "playwright-core"
import { launch, openTab, type Tab, type TabOptions } from "./Browser.ts"

export const useTabs = () => {
  let browser: Browser
  let tabs: Array<Tab> = []

  beforeAll(async () => {
    browser = await launch()
  })

  afterEach(async () => {
    const opened = tabs
    tabs = []
    for (const tab of opened) await tab.close()
    for (const tab of opened) tab.check()
  })

  afterAll(async () => {
    await browser.close()
  })

  /** Of a tab that was opened otherwise, as from another tab. */
  const add = (tab: Tab): Tab => {
    tabs.push(tab)
    return tab
  }
  return { add, open: async (address: string, options?: TabOptions) => add(await openTab(browser, address, options)) }
}
