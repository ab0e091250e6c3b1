/** The page: its session, its one stream of changes, and its views, each loaded when it is opened. */
import { Route, Router } from "@solidjs/router"
import { createResource, type JSX, Show, Suspense } from "solid-js"
import { ApiProvider, makeApi } from "../connect/Api.ts"
import { arrive } from "../connect/Arrive.ts"
import { part } from "../connect/Part.ts"
import { basePath } from "../connect/Place.ts"
import { need } from "../connect/Session.ts"
import { places } from "../show/Places.ts"
import { followRuns, LiveRunsProvider } from "../store/LiveRuns.ts"
import { Loading } from "../widgets/Loading.tsx"
import { NotFound } from "./NotFound.tsx"
import { Shell } from "./Shell.tsx"

const Runs = part(() => import("../views/runs/Runs.tsx"))
const Run = part(() => import("../views/run/Run.tsx"))
const Transcript = part(() => import("../views/transcript/Transcript.tsx"))
const Diff = part(() => import("../views/diff/Diff.tsx"))
const NewTask = part(() => import("../views/task/NewTask.tsx"))
const Workspaces = part(() => import("../views/workspaces/Workspaces.tsx"))
const Spend = part(() => import("../views/spend/Spend.tsx"))
const System = part(() => import("../views/system/System.tsx"))

// Where one arrives most: on its way while it is asked whether one has to sign in.
if (window.location.pathname === `${basePath()}${places.runs}`) void Runs.preload()

const SignInPage = part(() => import("./SignInPage.tsx"))
const SignInAgain = part(() => import("./SignInAgain.tsx"))

/** What is there when nobody has to sign in; it stays there when a session ends, until somebody has signed in again. */
const Views = (): JSX.Element => {
  const api = makeApi()
  const live = followRuns(api)
  return (
    <ApiProvider value={api}>
      <LiveRunsProvider value={live}>
        <Router base={basePath()} root={Shell} explicitLinks>
          <Route path={places.runs} component={Runs} />
          <Route path="/runs/:kind/:name" component={Run} />
          <Route path="/runs/:kind/:name/transcript" component={Transcript} />
          <Route path="/runs/:kind/:name/diff" component={Diff} />
          <Route path={places.task} component={NewTask} />
          <Route path={places.workspaces} component={Workspaces} />
          <Route path={places.spend} component={Spend} />
          <Route path={places.system} component={System} />
          <Route path="*" component={NotFound} />
        </Router>
      </LiveRunsProvider>
      <Show when={need() === "again"}>
        <SignInAgain />
      </Show>
    </ApiProvider>
  )
}

export const App = (): JSX.Element => {
  const [arrived] = createResource(arrive)
  return (
    <Suspense fallback={<Loading />}>
      <Show when={arrived()}>
        {(came) => (
          <Show when={need() === "first"} fallback={<Views />}>
            <SignInPage ways={came().ways} trouble={came().trouble} />
          </Show>
        )}
      </Show>
    </Suspense>
  )
}
