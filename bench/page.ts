/**
 * `bench/page [--runs 10000] [--rounds 5] [--minutes 60]`: the page in a real browser, over a cluster in memory: script of the first view,
 * time to its first line with 1,000 runs, frames per second through all runs while they change, heap over so many minutes' worth of
 * changes (one a second, told faster), and what it does while nothing happens.
 */
/// <reference lib="dom" />
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { fork } from "node:child_process"
import type { Page } from "playwright-core"
import { browser, closeTab, countScripts, heapMegabytes, newTab, type Tab, workedMillis } from "./parts/Browser.ts"
import { flags } from "./parts/Flags.ts"
import { slopeOf } from "./parts/Living.ts"
import type { PageOrder, PageReady } from "./parts/PageWorld.ts"
import { percentile } from "./parts/Ratio.ts"

const { minutes, rounds, runs } = flags({ minutes: 60, rounds: 5, runs: 10_000 })

const firstRuns = 1000
const limits = { scriptKilobytes: 150, firstMillis: 1000, frames: 59, heapMegabytesAnHour: 1, idlePercent: 0.5 }

const world = (count: number) =>
  Effect.gen(function*() {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => fork(`${import.meta.dirname}/parts/PageWorld.ts`, [String(count)])),
      (started) => Effect.sync(() => void started.kill())
    )
    const { url } = yield* Effect.callback<PageReady>((resume) => {
      child.once("message", (ready: PageReady) => resume(Effect.succeed(ready)))
    })
    const order = (told: PageOrder) => Effect.sync(() => void child.send(told))
    return { url, order }
  })

const line = "[role=row][data-key]"

/** Milliseconds from the beginning of the navigation until a line of a run is on the screen. */
const firstLine = async (page: Page, url: string): Promise<number> => {
  await page.addInitScript((selector) => {
    const look = () => {
      if (document.querySelector(selector) === null) requestAnimationFrame(look)
      else requestAnimationFrame((now) => Object.assign(window, { firstLine: now }))
    }
    look()
  }, line)
  await page.goto(url)
  const found = await page.waitForFunction(() => Reflect.get(window, "firstLine"), undefined, { timeout: 60_000 })
  return Number(await found.jsonValue())
}

const everything = (page: Page) => page.waitForSelector("[role=grid][aria-busy=false]", { timeout: 120_000 })

/** Frames while the window scrolls down, 120 pixels a frame. */
const scroll = (page: Page, seconds: number) =>
  page.evaluate(async (seconds) => {
    const frames: Array<number> = []
    let last = await new Promise(requestAnimationFrame)
    const end = last + seconds * 1000
    for (let y = 120; last < end; y += 120) {
      window.scrollTo(0, y)
      const now = await new Promise<number>(requestAnimationFrame)
      frames.push(now - last)
      last = now
    }
    return frames
  }, seconds)

const verdict = (reached: boolean): string => reached ? "reached" : "missed"

const first = Effect.gen(function*() {
  const open = yield* browser
  const { url } = yield* world(firstRuns)
  const times: Array<number> = []
  let script = 0
  for (let round = 0; round < rounds; round += 1) {
    const tab = yield* newTab(open)
    const bytes = yield* Effect.promise(() => countScripts(tab))
    times.push(yield* Effect.promise(() => firstLine(tab.page, url)))
    yield* Effect.promise(() => everything(tab.page))
    script = bytes() / 1024
    yield* closeTab(tab)
  }
  yield* Console.log(
    `script of the first view: ${script.toFixed(1)} KB compressed, target ≤ ${limits.scriptKilobytes}: ${
      verdict(script <= limits.scriptKilobytes)
    }`
  )
  const millis = percentile(times, 0.5)
  yield* Console.log(
    `first view with ${firstRuns} runs: ${
      millis.toFixed(0)
    } ms until a line is there (median of ${rounds}), target ≤ ${limits.firstMillis}: ${
      verdict(millis <= limits.firstMillis)
    }`
  )
}).pipe(Effect.scoped)

/** The changes of so many minutes, one a second, in six parts of some seconds each. */
const heapOver = Effect.fnUntraced(function*(tab: Tab, order: (told: PageOrder) => Effect.Effect<void>) {
  const parts = 6
  const seconds = 8
  const sizes: Array<number> = []
  for (let part = 0; part <= parts; part += 1) {
    yield* order({ changesPerSecond: 0 })
    yield* Effect.sleep("1 second")
    sizes.push(yield* Effect.promise(() => heapMegabytes(tab)))
    if (part === parts) break
    yield* order({ changesPerSecond: (minutes * 60) / parts / seconds })
    yield* Effect.sleep(`${seconds} seconds`)
  }
  // The first is from before what the first changes load.
  const grown = slopeOf(sizes.slice(1).map((size, part) => [part, size])).slope * parts / (minutes / 60)
  yield* Console.log(
    `heap over ${minutes} minutes' changes of ${runs} runs: ${sizes.map((size) => size.toFixed(1)).join(", ")} MB, ${
      grown.toFixed(2)
    } MB an hour, target ≤ ${limits.heapMegabytesAnHour}: ${verdict(grown <= limits.heapMegabytesAnHour)}`
  )
})

const idle = Effect.fnUntraced(function*(tab: Tab) {
  const seconds = 20
  yield* Effect.sleep("2 seconds")
  const before = yield* Effect.promise(() => workedMillis(tab))
  yield* Effect.sleep(`${seconds} seconds`)
  const percent = ((yield* Effect.promise(() => workedMillis(tab))) - before) / seconds / 10
  yield* Console.log(
    `an idle page with ${runs} runs: ${percent.toFixed(2)} % of a core, target ≤ ${limits.idlePercent}: ${
      verdict(percent <= limits.idlePercent)
    }`
  )
})

const many = Effect.gen(function*() {
  const open = yield* browser
  const { order, url } = yield* world(runs)
  const tab = yield* newTab(open)
  const begin = performance.now()
  yield* Effect.promise(() => tab.page.goto(url))
  yield* Effect.promise(() => everything(tab.page))
  yield* Console.log(`${runs} runs are all there after ${((performance.now() - begin) / 1000).toFixed(1)} s`)
  for (const changesPerSecond of [0, 20]) {
    yield* order({ changesPerSecond })
    yield* Effect.promise(() => tab.page.evaluate(() => window.scrollTo(0, 0)))
    yield* Effect.sleep("1 second")
    const frames = yield* Effect.promise(() => scroll(tab.page, 4))
    const perSecond = 1000 * frames.length / frames.reduce((sum, frame) => sum + frame, 0)
    const late = frames.filter((frame) => frame > 25).length
    yield* Console.log(
      `scrolling ${runs} runs, ${changesPerSecond} changes a second: ${
        perSecond.toFixed(1)
      } frames a second, ${late} of ${frames.length} late, target ≥ ${limits.frames}: ${
        verdict(perSecond >= limits.frames)
      }`
    )
  }
  yield* order({ changesPerSecond: 0 })
  yield* Effect.promise(() => tab.page.evaluate(() => window.scrollTo(0, 0)))
  yield* heapOver(tab, order)
  yield* idle(tab)
}).pipe(Effect.scoped)

NodeRuntime.runMain(Effect.andThen(first, many))
