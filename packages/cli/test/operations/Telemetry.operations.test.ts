/** The product on this machine tells the real OpenTelemetry Collector what happens: one trace from who asked to the agent, metrics and logs. */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { createHmac } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import { git, LocalProduct, stopAll, temporaryFolder } from "../LocalProduct.ts"
import { collectorIn, type Received, type Span, valuesOf } from "./Collector.ts"

const { folder, remove } = temporaryFolder()
const collector = collectorIn(join(folder, "collector"))
const prompt = "Write of the secret garden"
const secret = "not-a-real-secret-0123456789"
const caller = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" }

const spec = (service: string) => ({
  service,
  githubUser: "ada",
  repositoryUrl: "file:///demo/hello-api.git",
  workingDirectory: ".",
  prompt
})

const config = () => ({
  telemetry: {
    enabled: true,
    otlpEndpoint: collector.url(),
    otlpProtocol: "http/json",
    orchestrator: {
      endpoint: collector.url(),
      metricsIntervalSeconds: 1,
      resourceAttributes: { "deployment.environment.name": "test" }
    }
  },
  events: { folder: join(folder, "events") },
  triggers: [{ name: "garden", webhook: true, run: spec("web") }]
})

const started = async () => {
  const args = ["--state", join(folder, "state"), "--config", join(folder, "config.yaml"), "--no-demo"]
  const product = new LocalProduct(args, { LOG_LEVEL: "info" })
  await product.printed(/HTTP API/, 240)
  return product
}

/** What there is once it is as it should be. */
const eventually = async <A>(
  what: string,
  look: () => A | Promise<A>,
  holds: (found: A) => boolean,
  shown: (found: A) => unknown = (found) => found
): Promise<A> => {
  const end = performance.now() + 90_000
  for (;;) {
    const found = await look()
    if (holds(found)) return found
    if (performance.now() > end) throw new Error(`expected ${what}, found ${JSON.stringify(shown(found))}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const ended = (product: LocalProduct, name: string) =>
  eventually(
    `${name} to have succeeded`,
    async () => JSON.parse(await (await product.ask(`/api/v1/code-runs/${name}`)).text()),
    ({ phase }) => phase === "Succeeded"
  )

/** The spans of a run's trace by their names, once the run's own and the agent's are there. */
const traceOf = async (name: string) => {
  const isOfRun = ({ value }: Received<Span>) =>
    value.name === "run" && valuesOf(value.attributes)["orchestrator.run.name"] === name
  const all = await eventually(
    `spans of ${name}`,
    collector.spans,
    (spans) => {
      const run = spans.find(isOfRun)
      return spans.some(({ value }) => value.name === "claude_code.interaction" && value.traceId === run?.value.traceId)
    },
    (spans) => spans.map(({ value }) => `${value.traceId.slice(0, 8)} ${value.name}`)
  )
  const { traceId } = all.find(isOfRun)?.value ?? { traceId: "" }
  const own = all.filter(({ value }) => value.traceId === traceId)
  const named = (wanted: string): Span => {
    const [found, ...more] = own.filter(({ value }) => value.name === wanted)
    assert.isDefined(found, `${wanted} of ${own.map(({ value }) => value.name).join(", ")}`)
    assert.lengthOf(more, 0, wanted)
    return found!.value
  }
  return { traceId, own, named }
}

/** From the run down to what its agent told. */
const isWhole = ({ named }: Awaited<ReturnType<typeof traceOf>>) => {
  const [run, attempt] = [named("run"), named("attempt")]
  assert.strictEqual(attempt.parentSpanId, run.spanId)
  assert.strictEqual(named("waiting").parentSpanId, run.spanId)
  for (const part of ["starting", "agent", "delivery", "claude_code.interaction"]) {
    assert.strictEqual(named(part).parentSpanId, attempt.spanId, part)
  }
  return run
}

/** The chain of parents of a span, as far as it was received. */
const above = ({ value }: { readonly value: Span }, own: ReadonlyArray<Received<Span>>): ReadonlyArray<string> => {
  const parent = own.find((each) => each.value.spanId === value.parentSpanId)
  return [value.name, ...(parent === undefined ? [] : above(parent, own))]
}

const submit = async (product: LocalProduct, name: string, service: string, headers: Record<string, string> = {}) => {
  const authorization = readFileSync(join(product.state, "authorization"), "utf8").replace(/^Authorization: /, "")
    .trim()
  const answer = await fetch(`${await product.url()}/api/v1/code-runs`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: JSON.stringify({ name, spec: spec(service) })
  })
  assert.strictEqual(answer.status, 201, await answer.text())
}

/** As kubectl does. */
const apply = async (product: LocalProduct, name: string, spec: object): Promise<{ metadata: { uid: string } }> => {
  const kubeconfig = readFileSync(join(product.state, "kubeconfig"), "utf8")
  const of = (key: string) => new RegExp(`${key}"?: *"?([^\\s",}]+)`).exec(kubeconfig)?.[1] ?? ""
  const body = JSON.stringify({ apiVersion: "orchestrator.platform/v1", kind: "CodeRun", metadata: { name }, spec })
  return await new Promise((resolve, reject) => {
    const asked = request(`${of("server")}/apis/orchestrator.platform/v1/namespaces/orchestrator/coderuns`, {
      method: "POST",
      ca: Buffer.from(of("certificate-authority-data"), "base64"),
      headers: { authorization: `Bearer ${of("token")}`, "content-type": "application/json" }
    }, (answer) => {
      const chunks: Array<Buffer> = []
      answer.on("data", (chunk: Buffer) => chunks.push(chunk))
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString()
        if (answer.statusCode === 201) resolve(JSON.parse(text))
        else reject(new Error(text))
      })
    })
    asked.on("error", reject)
    asked.end(body)
  })
}

let product: LocalProduct

beforeAll(async () => {
  collector.up()
  mkdirSync(join(folder, "events"))
  writeFileSync(join(folder, "events/webhook.garden"), `${secret}\n`)
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config()))
  product = await started()
}, 600_000)

afterAll(async () => {
  await stopAll()
  collector.down()
  remove()
})

it("a request with a traceparent, its run, the attempt and the agent are one trace", async () => {
  await submit(product, "asked", "api", { traceparent: `00-${caller.traceId}-${caller.spanId}-01` })
  await ended(product, "asked")
  const trace = await traceOf("asked")
  assert.strictEqual(trace.traceId, caller.traceId)
  const run = isWhole(trace)
  const chain = above({ value: run }, trace.own)
  assert.strictEqual(chain.at(-1), "POST /api/v1/code-runs")
  const root = trace.named("POST /api/v1/code-runs")
  assert.strictEqual(root.parentSpanId, caller.spanId)
  assert.strictEqual(valuesOf(root.attributes)["http.response.status_code"], "201")
  const rounds = trace.own.filter(({ value }) => value.name === "reconcile")
  assert.isAtLeast(rounds.length, 2)
  for (const { value } of rounds) assert.strictEqual(value.parentSpanId, run.spanId)
}, 240_000)

it("a request without one begins a trace, and a webhook's delivery does", async () => {
  await submit(product, "alone", "other")
  const body = JSON.stringify({ ask: "please" })
  const answer = await fetch(`${await product.url()}/webhook/run/garden`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`
    },
    body
  })
  const { result } = JSON.parse(await answer.text())
  assert.strictEqual(answer.status, 202, result)
  const triggered = String(result).replace("run ", "")
  for (
    const [name, root] of [["alone", "POST /api/v1/code-runs"], [triggered, "POST /webhook/run/:trigger"]] as const
  ) {
    await ended(product, name)
    const trace = await traceOf(name)
    assert.strictEqual(above({ value: isWhole(trace) }, trace.own).at(-1), root)
    assert.isUndefined(trace.named(root).parentSpanId || undefined)
  }
}, 240_000)

it("a run that kubectl has made is in the trace that its UID names", async () => {
  const made = await apply(product, "applied", {
    ...spec("third"),
    taskId: 1,
    model: "claude-sonnet-5",
    docsRepositoryUrl: "file:///demo/docs.git"
  })
  await ended(product, "applied")
  const trace = await traceOf("applied")
  assert.strictEqual(trace.traceId, made.metadata.uid.replaceAll("-", ""))
  assert.isUndefined(isWhole(trace).parentSpanId || undefined)
}, 240_000)

it("traces, metrics and logs are of one resource, and say nothing that was secret", async () => {
  const metrics = await eventually(
    "figures of runs",
    collector.metrics,
    (found) =>
      found.some(({ value }) => value.name === "orchestrator_attempts_total") &&
      found.some(({ value }) => value.name === "orchestrator_runs")
  )
  const logs = await eventually(
    "lines of runs",
    collector.logs,
    (found) => found.some(({ value }) => value.body.stringValue === "run is Succeeded")
  )
  const own = collector.spans().filter(({ value }) => value.name === "run")
  const wanted = {
    "service.name": "orchestrator",
    "service.instance.id": "dev",
    "k8s.namespace.name": "orchestrator",
    "deployment.environment.name": "test"
  }
  for (const { resource } of [...metrics, ...logs, ...own]) {
    assert.deepInclude(resource, wanted)
    assert.deepStrictEqual(resource, own[0]?.resource)
  }
  for (const signal of ["traces", "metrics", "logs"]) {
    for (
      const text of [
        prompt,
        secret,
        readFileSync(join(product.state, "authorization"), "utf8").trim().split(" ").at(-1) ?? secret
      ]
    ) {
      assert.notInclude(collector.text(signal), text)
    }
  }
}, 240_000)

it("a product that is started again goes on in the trace, and a collector that is away holds nothing up", async () => {
  await submit(product, "before", "fourth")
  const [, uid = ""] = /"uid":"([^"]+)"/.exec(await (await product.ask("/api/v1/code-runs/before")).text()) ?? []
  assert.match(uid, /^[0-9a-f-]{36}$/)
  await product.stop()
  product = await started()
  await ended(product, "before")
  const trace = await traceOf("before")
  assert.strictEqual(above({ value: isWhole(trace) }, trace.own).at(-1), "POST /api/v1/code-runs")

  collector.down()
  await submit(product, "unseen", "fifth")
  const { status } = await ended(product, "unseen")
  const remote = join(product.state, "git/hello-api.git")
  assert.strictEqual(git("-C", remote, "rev-parse", `refs/heads/${status.branch}`), status.headCommit)
  await product.printed(/Telemetry is not taken by/)
  assert.lengthOf(product.output.match(/Telemetry is not taken by/g) ?? [], 1)
  collector.up()
}, 300_000)
