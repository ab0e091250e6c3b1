/** The page: its session, its one stream of changes, and its views, each loaded when it is opened. */
import { Route, Router } from "@solidjs/router"
import { type JSX, lazy, onCleanup } from "solid-js"
import { ApiProvider, makeApi } from "../connect/Api.ts"
import { basePath } from "../connect/Place.ts"
import { places } from "../show/Places.ts"
import { followRuns, LiveRunsProvider } from "../store/LiveRuns.ts"
import { NotFound } from "./NotFound.tsx"
import { Shell } from "./Shell.tsx"

const Runs = lazy(() => import("../views/runs/Runs.tsx"))
const Run = lazy(() => import("../views/run/Run.tsx"))
const Transcript = lazy(() => import("../views/transcript/Transcript.tsx"))
const Diff = lazy(() => import("../views/diff/Diff.tsx"))
const NewTask = lazy(() => import("../views/task/NewTask.tsx"))
const Workspaces = lazy(() => import("../views/workspaces/Workspaces.tsx"))
const Spend = lazy(() => import("../views/spend/Spend.tsx"))
const System = lazy(() => import("../views/system/System.tsx"))

export const App = (): JSX.Element => {
  const api = makeApi()
  const live = followRuns(api)
  onCleanup(live.stop)
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
    </ApiProvider>
  )
}
