/**
 * One attempt as a kubelet runs it: the broker as a sidecar that is started again, the runner once; SIGTERM, the grace period and SIGKILL at
 * the deadline. Both programs run in this thread, each as a life of its own.
 */
import { NodeHttpClient, NodeServices } from "@effect/platform-node"
import { sessionId } from "@orchestrator/domain/Session"
import { Clock, ConfigProvider, Console, Context, Effect, Exit, type Fiber, FileSystem, Layer, Scope } from "effect"
import { HttpClient } from "effect/http"
import { ChildProcessSpawner } from "effect/process"
import { subscribe } from "node:diagnostics_channel"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import type { ClientRequest, Server, ServerResponse } from "node:http"
import { dirname, join } from "node:path"
import { main as brokerMain } from "../../src/broker/Main.ts"
import { main as runnerMain } from "../../src/runner/Main.ts"
import { callsOf } from "./Calls.ts"
import { type Doubles, gitToken, modelKey } from "./Doubles.ts"
import type { Fault } from "./Fault.ts"
import { filesOf } from "./Files.ts"
import { type Life, makeLife } from "./Life.ts"
import { plainLabel, type Points } from "./Points.ts"
import { programsOf } from "./Programs.ts"
import type { Scenario } from "./Scenario.ts"
import type { Time } from "./Time.ts"
import type { World } from "./World.ts"

const services = await Effect.runPromise(Effect.gen(function*() {
  return yield* Layer.buildWithScope(
    Layer.mergeAll(NodeServices.layer, NodeHttpClient.layerNodeHttp),
    yield* Scope.make()
  )
}))

/** What an attempt is told of the connections of its thread, its own and those of others. */
interface Watching {
  /** The server that a broker listens with is found when it does. */
  readonly listening: (server: Server) => void
  /** A request to it: whoever sent it waits. */
  readonly asked: (response: ServerResponse, server: Server) => void
  /** A request of a program is under way. */
  readonly asks: (request: ClientRequest) => void
}
const nobody: Watching = { listening: () => {}, asked: () => {}, asks: () => {} }
let watching = nobody
subscribe(
  "tracing:net.server.listen:asyncEnd",
  (message) => watching.listening((message as { readonly server: Server }).server)
)
subscribe("http.server.request.start", (message) => {
  const { response, server } = message as { readonly response: ServerResponse; readonly server: Server }
  watching.asked(response, server)
})
subscribe(
  "http.client.request.start",
  (message) => watching.asks((message as { readonly request: ClientRequest }).request)
)

/** Until then the last attempt watches on: what was killed may still begin to listen. */
export const watchNoMore = (): void => {
  watching = nobody
}

export interface Known {
  readonly branch: string
  readonly headCommit: string
}

export interface AttemptEnd {
  /** Undefined: the node is gone, and with it what its containers had to say. */
  readonly exitCode: number | undefined
  readonly runnerReport: string | undefined
  readonly brokerReport: string | undefined
  /** Whether the broker that wrote last was let end. */
  readonly brokerEnded: boolean
  readonly log: ReadonlyArray<string>
}

export interface AttemptOptions {
  readonly world: World
  readonly scenario: Scenario
  readonly doubles: Doubles
  readonly points: Points
  readonly time: Time
  /** The attempt's number, from 1. */
  readonly number: number
  readonly known: Known | undefined
  readonly tell: (line: string) => void
}

/** Of the Job; then SIGTERM, and after the grace period SIGKILL. */
const deadlineMillis = 2 * 3600 * 1000
const graceMillis = 120_000
const restartMillis = 1500
const mostRestarts = 6

type Environment = Readonly<Record<string, string>>

const common = ({ doubles, number, scenario, world }: AttemptOptions, folder: string): Environment => ({
  PATH: `${world.agent}:${dirname(process.execPath)}:${process.env["PATH"]}`,
  ...(scenario.kind === "CodeRun"
    ? {
      TASK_TYPE: "code",
      TASK_ID: "1",
      DOCS_REPOSITORY_URL: "https://github.com/acme/docs.git",
      REPOSITORY_URL: "https://github.com/acme/target.git"
    }
    : { TASK_TYPE: "docs", SOURCE_BRANCH: "main", REPOSITORY_URL: "https://github.com/acme/docs.git" }),
  RUN_NAME: "demo",
  RUN_UID: world.uid,
  ATTEMPT: String(number),
  MODEL: "claude-sonnet-4-20250514",
  GIT_ALLOW_PROTOCOL: "file",
  GIT_INSTEAD_OF: JSON.stringify({ "https://github.com/acme/": `file://${join(world.folder, "remotes")}/` }),
  FORGE_GITHUB_HOSTS: JSON.stringify({ "github.com": doubles.forgeUrl }),
  SSH_DIR: join(folder, "ssh")
})

const ofBroker = ({ doubles, known, world }: AttemptOptions, folder: string): Environment => ({
  MODEL_BASE_URL: doubles.modelUrl,
  CREDENTIALS_DIR: join(world.folder, "credentials"),
  BROKER_STATE_DIR: join(folder, "state"),
  BROKER_ENDPOINT_FILE: join(folder, "run", "endpoint.json"),
  TERMINATION_MESSAGE_PATH: join(folder, "brokerReport"),
  ...(known === undefined ? {} : { KNOWN_BRANCH: known.branch, KNOWN_HEAD: known.headCommit })
})

const ofRunner = (options: AttemptOptions, folder: string): Environment => {
  const { doubles, known, number, scenario, world } = options
  return {
    GITHUB_USER: "robo-dev",
    SESSION_ID: sessionId(world.uid, number),
    RESUME_SESSION: number > 1 ? "true" : "false",
    OVERWRITE_MEMORY: "false",
    WORKING_DIRECTORY: scenario.kind === "CodeRun" ? "." : "_projects/hello-api",
    ...(scenario.kind === "CodeRun" ? { SERVICE_NAME: "hello-api", DOCS_BRANCH: "main" } : {}),
    WORKSPACE_DIR: world.workspace,
    CONFIG_DIR: join(world.folder, "config"),
    TERMINATION_MESSAGE_PATH: join(folder, "runnerReport"),
    MANAGED_SETTINGS_PATH: join(folder, "managed-settings.json"),
    HOME: join(world.workspace, ".home"),
    CLAUDE_CONFIG_DIR: join(world.workspace, ".claude"),
    ORCHESTRATOR_SILENCE_SECONDS: "300",
    ORCHESTRATOR_STOP_SECONDS: "5",
    ORCHESTRATOR_EXIT_SECONDS: "60",
    FAULT_COMMITS: String(scenario.commits),
    FAULT_AGENT: scenario.agent ?? "",
    ...(scenario.credentials === "sidecar"
      ? { BROKER_ENDPOINT_FILE: join(folder, "run", "endpoint.json") }
      : {
        GH_TOKEN: gitToken,
        ANTHROPIC_API_KEY: modelKey,
        ANTHROPIC_BASE_URL: doubles.modelUrl,
        ORCHESTRATOR_BROKER_DIR: join(folder, "state"),
        ORCHESTRATOR_BROKER: JSON.stringify(
          known === undefined ? {} : { KNOWN_BRANCH: known.branch, KNOWN_HEAD: known.headCommit }
        )
      })
  }
}

const textAt = (path: string): string | undefined => existsSync(path) ? readFileSync(path, "utf8") : undefined

/** Plays it to its end. What is left of it is in the world. */
export const playAttempt = (options: AttemptOptions): Promise<AttemptEnd> =>
  new Promise((resolve) => {
    const { doubles, number, points, scenario, time, world } = options
    const folder = join(world.folder, `pod-${number}`)
    const temporary = join(folder, "tmp")
    for (const each of [join(folder, "run"), temporary]) mkdirSync(each, { recursive: true })
    const log: Array<string> = []
    const places = [[folder, "POD"], [world.workspace, "WORKSPACE"], [world.folder, "WORLD"]] as const
    const plain = (text: string) => plainLabel(text, places)
    const brokered = scenario.credentials === "sidecar"
    let broker: Life | undefined
    let brokerFiber: Fiber.Fiber<unknown, unknown> | undefined
    let runnerFiber: Fiber.Fiber<unknown, unknown> | undefined
    let lives = 0
    let exitCode: number | undefined
    let ending = false
    let lost = false
    let over = false

    const later = (millis: number, happens: () => void) =>
      void time.after(millis, "engine", () => {
        if (!over) happens()
      })
    const end = (brokerEnded: boolean) => {
      if (over) return
      over = true
      broker?.kill()
      runner.kill()
      doubles.serve(undefined)
      resolve({
        exitCode: lost ? undefined : exitCode,
        runnerReport: lost ? undefined : textAt(join(folder, "runnerReport")),
        brokerReport: lost || !brokered ? undefined : textAt(join(folder, "brokerReport")),
        brokerEnded,
        log
      })
    }
    /** The runner's container has ended: the sidecar is told to, and has what is left of the grace period. */
    const endBroker = () => {
      if (ending) return
      ending = true
      const life = broker
      if (life === undefined || !life.isAlive() || brokerFiber === undefined) return setImmediate(() => end(false))
      brokerFiber.addObserver(() => setImmediate(() => end(life.isAlive())))
      life.onKill(() => setImmediate(() => end(false)))
      brokerFiber.interruptUnsafe()
      later(graceMillis, () => life.kill())
    }
    const ended = (code: number) => {
      exitCode ??= code
      endBroker()
    }
    const stop = () => {
      runnerFiber?.interruptUnsafe()
      later(graceMillis, () => {
        runner.kill()
        broker?.kill()
      })
    }
    const strike = (life: Life, fault: Fault) => {
      if (fault._tag === "Stop") return void setImmediate(stop)
      if (fault._tag !== "Kill") return
      const other = life === runner ? broker : runner
      if (fault.who === "self") return life.kill()
      if (fault.who === "other") return other?.kill()
      lost = true
      ending = true
      runner.kill()
      broker?.kill()
      setImmediate(() => end(false))
    }

    const newLife = (owner: "runner" | "broker"): Life => {
      const life = makeLife({ owner, id: `${owner}#${++lives}`, time, points, strike })
      life.onKill(() => options.tell(`${owner} is killed`))
      return life
    }
    const run = (life: Life, environment: Environment, program: Effect.Effect<unknown, unknown, never>) => {
      const say = (line: string) => {
        if (!life.isAlive()) return
        log.push(line)
        options.tell(`${life.owner.padEnd(6)} says    ${plain(line)}`)
      }
      const context = Context.empty().pipe(
        Context.add(Clock.Clock, time.clockOf(life.id)),
        Context.add(Console.Console, Object.assign(Object.create(console), { log: say, error: say })),
        Context.add(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord(environment))
      )
      return Effect.runFork(Effect.provide(program, context))
    }
    const servicesOf = (life: Life) =>
      services.pipe(
        Context.add(
          FileSystem.FileSystem,
          filesOf(life, Context.get(services, FileSystem.FileSystem), plain, temporary)
        ),
        Context.add(
          ChildProcessSpawner.ChildProcessSpawner,
          programsOf({ life, plain, real: Context.get(services, ChildProcessSpawner.ChildProcessSpawner) })
        ),
        Context.add(HttpClient.HttpClient, callsOf(life, Context.get(services, HttpClient.HttpClient), plain))
      )

    const isOfBroker = (server: Server): boolean => {
      const address = server.address()
      return address !== null && typeof address !== "string" && !doubles.ports.has(address.port)
    }
    watching = {
      listening: (server) => {
        if (!isOfBroker(server)) return
        const life = brokered ? broker : runner
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        if (life?.isAlive() === true) life.onKill(close)
        else close()
      },
      asked: (response, server) => {
        if (!isOfBroker(server)) return
        time.wait()
        response.once("close", time.goOn)
      },
      asks: (request) => {
        time.begin()
        request.once("close", time.end)
      }
    }

    const startBroker = () => {
      if (ending) return
      const life = newLife("broker")
      broker = life
      rmSync(join(folder, "brokerReport"), { force: true })
      writeFileSync(join(folder, "brokerReport"), "")
      const again = () => {
        if (!ending && broker === life && lives < mostRestarts) later(restartMillis, startBroker)
      }
      life.onKill(() => setImmediate(again))
      const environment = { ...common(options, folder), ...ofBroker(options, folder) }
      brokerFiber = run(life, environment, Effect.provide(brokerMain, servicesOf(life)))
      brokerFiber.addObserver(() => {
        if (!life.isAlive() || ending) return
        life.kill()
      })
    }

    const runner = newLife("runner")
    runner.onKill(() => setImmediate(() => ended(137)))
    doubles.serve({
      life: () => {
        const life = brokered ? broker : runner
        return life?.isAlive() === true ? life : undefined
      },
      target: world.target,
      docs: world.docs,
      pulls: world.pulls
    })
    if (brokered) startBroker()
    const environment = { ...common(options, folder), ...ofRunner(options, folder) }
    let code = 1
    runnerFiber = run(
      runner,
      environment,
      Effect.provide(runnerMain((given) => code = given), servicesOf(runner))
    )
    runnerFiber.addObserver((exit) => {
      if (Exit.isFailure(exit)) log.push(`the runner ended with ${String(exit.cause)}`)
      if (runner.isAlive()) setImmediate(() => ended(code))
    })
    later(deadlineMillis, stop)
  })
