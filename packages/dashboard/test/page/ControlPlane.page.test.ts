/** Signing in where a real API server decides: with a token of a service account, without rights, and at a provider that it trusts. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Tab } from "./harness/Browser.ts"
import { namespace, startInstallation } from "./harness/Installation.ts"
import { useTabs } from "./harness/Tabs.ts"

type Installation = Awaited<ReturnType<typeof startInstallation>>

const tabs = useTabs()
let installation: Installation

const rights = `create role sees-runs --namespace ${namespace} --verb=get,list,watch `
  + "--resource=coderuns.orchestrator.platform,docsruns.orchestrator.platform"

const run = (name: string) =>
  JSON.stringify({
    apiVersion: "orchestrator.platform/v1",
    kind: "CodeRun",
    metadata: { name, namespace },
    spec: {
      taskId: 1,
      service: "greeter",
      repositoryUrl: "https://github.com/example/greeter.git",
      docsRepositoryUrl: "https://github.com/example/docs.git",
      workingDirectory: ".",
      model: "claude-sonnet-4-20250514",
      githubUser: "ada"
    }
  })

beforeAll(async () => {
  installation = await startInstallation()
  const { kubectl } = installation
  kubectl(rights)
  for (const account of ["reader", "stranger"]) kubectl(`create serviceaccount ${account} --namespace ${namespace}`)
  kubectl(
    `create rolebinding readers --namespace ${namespace} --role sees-runs --serviceaccount ${namespace}:reader --user oidc:ada`
  )
  kubectl("apply -f -", run("first"))
}, 180_000)

afterAll(async () => {
  await installation.stop()
})

const open = async (failures?: RegExp) => {
  const { provider, url } = installation
  return await tabs.open(`${url}/`, { others: [provider.issuer], failures })
}

const tokenOf = (account: string): string =>
  installation.kubectl(`create token ${account} --namespace ${namespace}`).trim()

const signInWith = async ({ page }: Tab, token: string) => {
  await page.getByLabel("Bearer token").fill(token)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
}

const line = ({ page }: Tab, name: string) => page.getByRole("link", { name, exact: true })

describe("on a real control plane", () => {
  it("a token of a service account sees the runs that it may list, and the next one as it comes", async () => {
    const tab = await open()
    await signInWith(tab, tokenOf("reader"))
    await line(tab, "first").waitFor()
    installation.kubectl("apply -f -", run("second"))
    await line(tab, "second").waitFor()
    assert.deepStrictEqual(await tab.axe(), [])
  })

  it("a token that nobody signed is refused", async () => {
    const tab = await open(/api\/v1/)
    const [header, claims] = tokenOf("reader").split(".")
    await signInWith(tab, `${header}.${claims}.bm90LWEtc2lnbmF0dXJl`)
    await tab.page.getByRole("alert").getByText(/Expected a bearer token of the cluster/).waitFor()
    assert.isFalse(await line(tab, "first").isVisible())
  })

  it("who may list nothing is told the lines that grant it; with them it goes on", async () => {
    const tab = await open(/api\/v1/)
    await signInWith(tab, tokenOf("stranger"))
    await tab.page.getByText(/may not list coderuns/).first().waitFor()
    const said = await tab.page.getByText(/kubectl create role/).first().innerText()
    const lines = said.split("\n").map((each) => each.trim()).filter((each) => each.startsWith("kubectl "))
    assert.isAtLeast(lines.length, 2, said)
    for (const each of lines) installation.kubectl(each.slice("kubectl ".length))
    await tab.page.reload()
    await signInWith(tab, tokenOf("stranger"))
    await line(tab, "first").waitFor()
  })

  it("somebody of a provider that the API server trusts signs in there", async () => {
    const tab = await open()
    await tab.page.getByRole("button", { name: /^Sign in with 127\.0\.0\.1/ }).click()
    await line(tab, "first").waitFor()
    assert.includeMembers(installation.provider.asked, ["GET /authorize", "POST /token", "GET /keys"])
  })
})
