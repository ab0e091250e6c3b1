/** Workspaces, spending and the system, in a browser: what is deleted is asked for first, figures are a file too, and rights are told. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ourLabels } from "@orchestrator/domain/Labels"
import { PersistentVolumeClaimKind } from "@orchestrator/k8s/Kinds"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import type { TabOptions } from "./harness/Browser.ts"
import { seedTeam } from "./harness/Runs.ts"
import { namespace, person, type Site, startSite } from "./harness/Site.ts"
import { useTabs } from "./harness/Tabs.ts"

const tabs = useTabs()
let site: Site

beforeAll(async () => {
  site = await startSite()
  await seedTeam(site)
})

afterAll(async () => {
  await site.stop()
})

const open = async (path: string, options: TabOptions = {}) => {
  const tab = await tabs.open(`${site.url}${path}`, { token: person, at: site.now, ...options })
  return tab.page
}

const idle = "workspace-nobodys"

const claimOf = () => site.run(Effect.orDie(site.client.get(PersistentVolumeClaimKind, { namespace, name: idle })))

const makeIdle = () =>
  site.run(Effect.orDie(site.client.create(PersistentVolumeClaimKind, {
    metadata: {
      name: idle,
      namespace,
      labels: { ...ourLabels, component: "workspace" }
    },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "3Gi" } } }
  })))

describe("workspaces", () => {
  it("are found by what is shown of them, in the address", async () => {
    const page = await open("/workspaces")
    await page.getByRole("row").nth(1).waitFor()
    await page.getByRole("searchbox").fill("no such text")
    await page.getByText(/None of \d+ has this in it/).waitFor()
    assert.include(page.url(), "q=no")
  })

  it("go when they are idle, after a look at what goes with them; Escape keeps them", async () => {
    await makeIdle()
    const page = await open(`/workspaces?q=${idle}`)
    const remove = page.getByRole("button", { name: `Delete ${idle}` })
    await remove.click()
    await page.getByRole("dialog").getByText("3Gi").waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    assert.isUndefined((await claimOf()).metadata.deletionTimestamp)
    await remove.click()
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click()
    await page.getByRole("dialog").waitFor({ state: "detached" })
    // The cluster keeps it until no pod has it mounted, and says so meanwhile.
    await page.getByText("Being deleted").waitFor()
    assert.isTrue(await remove.isDisabled())
    assert.isDefined((await claimOf()).metadata.deletionTimestamp)
  })

  it("stay where a run has them", async () => {
    const page = await open("/workspaces?q=workspace-payments")
    assert.isTrue(await page.getByRole("button", { name: "Delete workspace-payments" }).isDisabled())
  })
})

/** Whether something in the chart is of that colour. */
const hasColour = ([red, green, blue]: ReadonlyArray<number>): boolean => {
  const canvas = document.querySelector<HTMLCanvasElement>(".chart canvas")
  const { data } = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) return true
  }
  return false
}

describe("spending", () => {
  it("is drawn, told in tables, and kept as a file", async () => {
    const page = await open("/spend")
    await page.locator(".chart canvas").waitFor()
    assert.isTrue(await page.evaluate(hasColour, [24, 86, 196]), "bars have the theme's accent, also without motion")
    await page.getByRole("table", { name: "Spending by service" }).getByRole("cell", { name: "payments" }).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download CSV" }).click()
    ])
    const text = readFileSync(await file.path(), "utf8")
    assert.match(file.suggestedFilename(), /^spending-\d{4}-\d\d-\d\d\.csv$/)
    assert.match(text, /^day,kind,service,githubUser,model,runs,costUsd,/)
    assert.include(text, ",payments,")
  })

  it("is of the days that the address names", async () => {
    const page = await open("/spend?days=7")
    await page.getByRole("button", { name: /7 days/ }).waitFor()
    const asked = page.waitForRequest(/\/spending\?since=/)
    await page.getByRole("button", { name: /7 days/ }).click()
    await page.getByRole("option", { name: "90 days" }).click()
    await asked
    assert.include(page.url(), "days=90")
  })
})

describe("the system", () => {
  it("says what is amiss, who leads, what is kept, and what there is of limits", async () => {
    const page = await open("/system")
    for (const name of ["Findings", "Replicas", "Limits", "Caches", "Webhook deliveries"]) {
      await page.getByRole("heading", { name }).waitFor()
    }
    await page.getByRole("table", { name: "Caches" }).getByRole("cell", { name: "coderuns" }).waitFor()
    await page.getByText("Answers in").waitFor()
  })

  it("is refused with the lines that grant it", async () => {
    const token = "obviously-fake-token-of-bob"
    await site.run(
      site.store.registerUser(token, {
        username: "bob",
        groups: [],
        allows: ({ resource }) => resource?.endsWith("runs") === true
      })
    )
    const page = await open("/system", { token, failures: /installation/ })
    await page.getByText("orchestrator-controller").first().waitFor()
    await page.getByText(/kubectl create role/).first().waitFor()
  })
})
