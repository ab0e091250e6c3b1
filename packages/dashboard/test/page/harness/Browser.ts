/** One chromium for a file of tests, and tabs in it that notice whatever a browser would only tell its console. */
import axe from "axe-core"
import { join } from "node:path"
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core"
import { chromiumPath } from "../../../../../tools/page/Chromium.ts"

export type Theme = "light" | "dark"

export const themes: ReadonlyArray<Theme> = ["light", "dark"]

export interface TabOptions {
  readonly theme?: Theme
  readonly width?: number
  readonly height?: number
  /** Token of the session, as if it had been kept in the tab. */
  readonly token?: string
  /** The time in the browser; it stands still. */
  readonly at?: Date | undefined
  readonly reducedMotion?: boolean
  /** Origins that the page may ask beside its own. */
  readonly others?: ReadonlyArray<string>
  /** Answers of the server that are meant to fail: the browser writes those to its console. */
  readonly failures?: RegExp | undefined
}

export const launch = async (): Promise<Browser> =>
  await chromium.launch({
    executablePath: chromiumPath,
    chromiumSandbox: false,
    // The same letters wherever the pictures are taken.
    env: { ...process.env, FONTCONFIG_FILE: join(import.meta.dirname, "fonts.conf") },
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--font-render-hinting=none",
      "--disable-lcd-text",
      "--force-color-profile=srgb"
    ]
  })

/** What the browser says of a request that the server answered with an error. */
const failedLoad = /^Failed to load resource/

/** Somebody else on this machine has made or removed an interface: chromium gives up what it was asking for. */
const networkChanged = /ERR_NETWORK_CHANGED/

/** Tells of whatever the policy kept from happening. */
const reportViolations = () => {
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective, sample }) => {
    console.error(`policy violation: ${effectiveDirective} ${blockedURI} ${sample}`)
  })
}

interface Violation {
  readonly id: string
  readonly help: string
  readonly nodes: ReadonlyArray<{ readonly target: ReadonlyArray<unknown>; readonly failureSummary?: string }>
}

export class Tab {
  /** What went wrong without anybody seeing it. */
  readonly troubles: Array<string> = []
  readonly page: Page
  readonly #context: BrowserContext

  readonly #options: TabOptions

  constructor(page: Page, context: BrowserContext, options: TabOptions) {
    this.page = page
    this.#context = context
    this.#options = options
  }

  /** Another tab of the same browser. */
  async another(path: string): Promise<Tab> {
    return await newPage(this.#context, new URL(path, this.page.url()).href, this.#options)
  }

  /** What is not accessible on what is shown now, one line each. */
  async axe(): Promise<ReadonlyArray<string>> {
    // By the debugger, which the page's policy does not bind.
    const session = await this.#context.newCDPSession(this.page)
    await session.send("Runtime.evaluate", { expression: axe.source })
    const { result } = await session.send("Runtime.evaluate", {
      expression:
        // It would fetch style sheets for a rule about rotated screens, and complains of one that a view takes away meanwhile.
        "axe.run(document, { resultTypes: ['violations'], preload: false }).then(({ violations }) => JSON.stringify(violations))",
      awaitPromise: true,
      returnByValue: true
    })
    await session.detach()
    const violations: ReadonlyArray<Violation> = JSON.parse(String(result.value))
    return violations.flatMap(({ help, id, nodes }) =>
      nodes.map(({ failureSummary, target }) => `${id}: ${help} at ${target.join(" ")}. ${failureSummary ?? ""}`)
    )
  }

  /** Fails with what went wrong meanwhile. */
  check(): void {
    if (this.troubles.length > 0) throw new Error(`expected a quiet browser, found:\n${this.troubles.join("\n")}`)
  }

  async close(): Promise<void> {
    await this.#context.close()
  }
}

const newPage = async (
  context: BrowserContext,
  address: string,
  { at, failures, others = [] }: TabOptions
): Promise<Tab> => {
  const { origin } = new URL(address)
  const page = await context.newPage()
  if (at !== undefined) await page.clock.setFixedTime(at)
  const tab = new Tab(page, context, { failures, others })
  const isExpected = (text: string, url: string) =>
    networkChanged.test(text) ||
    failures !== undefined && (failures.test(text) || (failedLoad.test(text) && failures.test(url)))
  page.on("console", (message) => {
    const [text, { url }] = [message.text(), message.location()]
    if (["error", "warning"].includes(message.type()) && !isExpected(text, url)) {
      tab.troubles.push(`${message.type()}: ${text} (${url})`)
    }
  })
  page.on("pageerror", (error) => tab.troubles.push(`uncaught: ${error.message}`))
  page.on("request", (request) => {
    const asked = new URL(request.url())
    if (![origin, ...others].includes(asked.origin) && asked.protocol.startsWith("http")) {
      tab.troubles.push(`asked another origin: ${request.url()}`)
    }
  })
  await page.goto(address).catch(async (error: unknown) => {
    if (!networkChanged.test(String(error))) throw error
    await page.goto(address)
  })
  return tab
}

/** A tab of a browser of its own: nobody else's storage. */
export const openTab = async (browser: Browser, address: string, options: TabOptions = {}): Promise<Tab> => {
  const { height = 900, others = [], reducedMotion = true, theme = "light", token, width = 1280 } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    locale: "en-GB",
    timezoneId: "UTC",
    deviceScaleFactor: 1,
    // Of a provider on loopback, which has signed its certificate itself.
    ignoreHTTPSErrors: others.some((origin) => origin.startsWith("https:"))
  })
  await context.addInitScript(reportViolations)
  if (token !== undefined) {
    await context.addInitScript(
      // Once: who signs out stays signed out.
      (value) => {
        if (window.sessionStorage.getItem("test.signed-in") !== null) return
        window.sessionStorage.setItem("test.signed-in", "")
        window.sessionStorage.setItem("orchestrator.token", value)
      },
      token
    )
  }
  return await newPage(context, address, options)
}
