/** Debian's chromium, started for one measurement, and what it says of itself. */
import { Data, Effect } from "effect"
import { existsSync } from "node:fs"
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core"
import { chromiumPath } from "../../tools/page/Chromium.ts"

export class BrowserMissing extends Data.TaggedError("BrowserMissing")<{ readonly message: string }> {}

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update"
]

export const browser = Effect.gen(function*() {
  if (!existsSync(chromiumPath)) {
    return yield* new BrowserMissing({
      message: `Expected a browser at ${chromiumPath}: apt-get install chromium, or set CHROMIUM to the path of one`
    })
  }
  return yield* Effect.acquireRelease(
    Effect.promise(() => chromium.launch({ executablePath: chromiumPath, args: quiet })),
    (open) => Effect.promise(() => open.close())
  )
})

export interface Tab {
  readonly page: Page
  readonly tools: CDPSession
}

/** A page in a context of its own: nothing is in its cache. */
export const newTab = (open: Browser): Effect.Effect<Tab> =>
  Effect.promise(async () => {
    const context = await open.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    return { page, tools: await context.newCDPSession(page) }
  })

export const closeTab = ({ page }: Tab) => Effect.promise(() => page.context().close())

/** Bytes of scripts as they came over the wire, from here on. */
export const countScripts = async ({ tools }: Tab): Promise<() => number> => {
  const scripts = new Set<string>()
  let bytes = 0
  tools.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId))
  tools.on("Network.loadingFinished", ({ encodedDataLength, requestId }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  await tools.send("Network.enable")
  return () => bytes
}

/** Milliseconds of CPU that the page's thread has worked. */
export const workedMillis = async ({ tools }: Tab): Promise<number> => {
  await tools.send("Performance.enable", { timeDomain: "threadTicks" })
  const { metrics } = await tools.send("Performance.getMetrics")
  return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN)
}

/** Megabytes of the page's heap that something still refers to. */
export const heapMegabytes = async ({ tools }: Tab): Promise<number> => {
  await tools.send("HeapProfiler.enable")
  await tools.send("HeapProfiler.collectGarbage")
  const { usedSize } = await tools.send("Runtime.getHeapUsage")
  return usedSize / 1e6
}
