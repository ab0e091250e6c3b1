/**
 * Parts of the page, each loaded when it is opened. One that does not come is waited for while the server is away, and loaded then. Where the
 * server is there and it is not, the server was upgraded and its parts have other names: the page is loaded anew.
 */
import { Clock, Effect, Schedule } from "effect"
import { lazy } from "solid-js"
import { publicApi } from "./Arrive.ts"

const now = () => Effect.runSync(Clock.currentTimeMillis)

const began = now()

/** Milliseconds; a page that has just been loaded has the names of now. */
const longEnough = 10_000

const serverAnswers = Effect.retry(Effect.tryPromise(() => publicApi().ways()), Schedule.spaced("2 seconds"))

const loaded = (before: HTMLLinkElement) =>
  new Promise((resolve, reject) => {
    const link = document.createElement("link")
    link.rel = "stylesheet"
    link.addEventListener("load", resolve)
    link.addEventListener("error", () => reject(new Error(`${before.href} does not load`)))
    link.href = before.href
    before.replaceWith(link)
  })

/** Style sheets that did not come: vite asks for each of them once. */
const missingStyles = (): ReadonlyArray<HTMLLinkElement> =>
  [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")].filter(({ sheet }) => sheet === null)

const again = async <A>(load: () => Promise<A>): Promise<A> => {
  await Effect.runPromise(serverAnswers)
  try {
    await Promise.all(missingStyles().map(loaded))
    return await load()
  } catch (why) {
    if (now() - began < longEnough) throw why
    window.location.reload()
    return await new Promise(() => {})
  }
}

/** As `lazy`, for which the first failure is the last. */
export const part: typeof lazy = (load) => lazy(() => load().catch(() => again(load)))
