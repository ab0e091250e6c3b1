/** Where there is no run yet: how to hand over the first task, by the page and by each other way. */
import { A } from "@solidjs/router"
import { createSignal, type JSX } from "solid-js"
import { serverUrl } from "../../connect/Place.ts"
import { firstSteps } from "../../show/kinds/FirstSteps.ts"
import { places } from "../../show/Places.ts"
import { CopyButton } from "../../widgets/CopyButton.tsx"
import { Empty } from "../../widgets/Empty.tsx"
import { Tabs } from "../../widgets/Tabs.tsx"

const FirstRun = (): JSX.Element => {
  const steps = firstSteps(serverUrl())
  const [shown, setShown] = createSignal("cli")
  return (
    <Empty title="No runs yet">
      <p>
        Hand a task to an agent: it works in a pod of its own and comes back with a pull request. What it does, says and
        costs is here while it works.
      </p>
      <A class="button primary" href={places.task}>Write the first task</A>
      <p class="faint">Or by one of these, with your own service, repository and GitHub user:</p>
      <Tabs
        label="Ways to hand over a task"
        value={shown()}
        onChange={setShown}
        tabs={steps.map(({ command, id, name }) => ({
          value: id,
          name,
          content: () => (
            <div class="stack">
              <pre class="card"><code>{command}</code></pre>
              <CopyButton text={command} />
            </div>
          )
        }))}
      />
    </Empty>
  )
}

// `lazy` asks for this.
export default FirstRun
