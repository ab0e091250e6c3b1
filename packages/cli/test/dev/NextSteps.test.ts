import { assert, it } from "@effect/vitest"
import { nextSteps } from "../../src/dev/NextSteps.ts"

const place = { state: ".orchestrator", server: "http://127.0.0.1:8080", orchestrator: "orchestrator" }

it("what can be copied is a further attempt, also when there were some already", () =>
  assert.include(nextSteps({ ...place, branch: "feature/x", attempt: 3 }), `"contextVersion":4`))

it("of a demo that has delivered nothing there is nothing to look at", () => {
  const text = nextSteps({ ...place, branch: undefined, attempt: 1 })
  assert.notInclude(text, "demo")
  assert.include(text, "kubectl --kubeconfig .orchestrator/kubeconfig apply -f examples/")
})

it("the commands name a state folder that they would not find by themselves", () => {
  const submit = (state: string) => nextSteps({ ...place, state, branch: undefined, attempt: 1 })
  assert.include(submit(".orchestrator"), "orchestrator code submit --repo")
  assert.include(submit("elsewhere"), "orchestrator code submit --state elsewhere --repo")
})
