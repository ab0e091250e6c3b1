/** What is around every view: the way past the navigation, the navigation, what is wrong with the connection, and errors of a view. */
import { A, type RouteSectionProps } from "@solidjs/router"
import { createEffect, ErrorBoundary, For, type JSX, on, Show, Suspense } from "solid-js"
import { part } from "../connect/Part.ts"
import { token } from "../connect/Session.ts"
import { places } from "../show/Places.ts"
import { Failed } from "../widgets/Failed.tsx"
import { Loading } from "../widgets/Loading.tsx"
import { ConnectionBanner } from "./ConnectionBanner.tsx"
import "./Shell.css"

const SessionMenu = part(() => import("./SessionMenu.tsx"))

const links = [
  { name: "Runs", to: places.runs },
  { name: "New task", to: places.task },
  { name: "Workspaces", to: places.workspaces },
  { name: "Spend", to: places.spend },
  { name: "System", to: places.system }
] as const

/** The address stays: only what is read from there on changes. */
const skip = (event: MouseEvent) => {
  event.preventDefault()
  document.querySelector<HTMLElement>("#content")?.focus()
}

export const Shell = (props: RouteSectionProps): JSX.Element => (
  <>
    <a class="skip" href="#content" onClick={skip}>Skip to content</a>
    <header class="bar">
      <A class="brand" href={places.runs} activeClass="brand">Orchestrator</A>
      <nav aria-label="Views">
        <For each={links}>
          {({ name, to }) => <A href={to} end={to === places.runs} activeClass="here">{name}</A>}
        </For>
      </nav>
      <Show when={token()}>
        <Suspense>
          <SessionMenu />
        </Suspense>
      </Show>
    </header>
    <ConnectionBanner />
    <main id="content" tabindex={-1}>
      <ErrorBoundary
        fallback={(error: unknown, again) => {
          // Another view may do without what failed here.
          createEffect(on(() => props.location.pathname, again, { defer: true }))
          return <Failed error={error} again={again} />
        }}
      >
        <Suspense fallback={<Loading />}>{props.children}</Suspense>
      </ErrorBoundary>
    </main>
  </>
)
