/**
 * A cluster and the processes that use it, one step at a time. Every call, every delivery of a watch, every timer of a process is a numbered
 * decision point: what the list of choices says happens there, else nothing out of the ordinary. The same list is the same run.
 */
import { LeaseKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesClient } from "@orchestrator/k8s/KubernetesClient"
import type { Script } from "../node/ScriptedRuntime.ts"
import type { StagedChange, StoreContents } from "../store/ObjectStore.ts"
import { type Call, describeCall, type Done, isWrite } from "./Call.ts"
import { clientOf } from "./Faults.ts"
import { cutOff, deliver, type Feed, isDecisive, isIdle, nextOrder } from "./Feed.ts"
import { type Life, makeLives } from "./Lives.ts"
import { menuOf, type PointKind } from "./Menu.ts"
import { type LogLine, makeProcess, type Process } from "./Process.ts"
import { makeServer, type Server } from "./Server.ts"
import { makeStrikes } from "./Strikes.ts"
import { engine, makeTimeline } from "./Timeline.ts"

export interface Point {
  readonly index: number
  readonly kind: PointKind
  /** Name of the process. */
  readonly process: string
  /** `replaceStatus CodeRun first`, `MODIFIED Job code-first`. */
  readonly label: string
  /** Milliseconds from the beginning. */
  readonly at: number
  readonly isWrite: boolean
}

/** What happened, in words. */
export interface Step {
  readonly point: Point | undefined
  readonly at: number
  readonly text: string
  readonly fault: string | undefined
}

export interface SimulationOptions {
  readonly seed: string
  readonly script: Script
  /** What there is at the start; undefined: an empty cluster. */
  readonly contents?: StoreContents | undefined
  readonly level: "Debug" | "Info" | "None"
  /** The number that a point gets; 0 is nothing. From `editsFrom` on it is one of the scenario's own. */
  readonly choose: (point: Point) => number
  /** Does an edit of the scenario's own; answers with its name. */
  readonly edit: (number: number) => string
  /** Begins a life of a process. `stop` is its SIGTERM. */
  readonly start: (process: Process, client: KubernetesClient["Service"]) => { readonly stop: () => void }
  readonly onSend: (call: Call) => void
  readonly onDone: (done: Done) => void
  readonly onChange: (change: StagedChange) => void
  readonly onStep: (step: Step) => void
  readonly onLog: (line: LogLine) => void
}

export const editsFrom = 1000

export interface Simulation {
  readonly server: Server
  readonly now: () => number
  readonly begin: (name: string) => void
  readonly kill: (name: string) => void
  readonly restart: (name: string, millis: number) => void
  /** One step; false when nothing is left to do before that time, which it then is. */
  readonly step: (until: number) => boolean
  /** Ends every watch of every process with 410: all is read anew. */
  readonly resync: () => void
  /** How much went wrong so far: one for each fault, two for a restart onto an older state. */
  readonly injected: () => number
  /** Whether something was told that may rightly lead elsewhere than where a run without faults ends. */
  readonly isMisled: () => boolean
  /** Time after which no fault lasts any more. */
  readonly faultsUntil: () => number
  /** For how long faults have lasted and will last, taken together. */
  readonly faultMillis: () => number
  /** What went wrong so far is over and done with, and counts no more. */
  readonly settle: () => void
  /** Whether nothing is left to do before time passes, and no fault lasts. */
  readonly isQuiet: () => boolean
  /** What of the processes themselves decides how they go on: who lives, their clocks, how many timers they have, what they will still be refused. */
  readonly digest: () => string
}

export const makeSimulation = (options: SimulationOptions): Simulation => {
  const timeline = makeTimeline()
  const { now } = timeline
  const processOf = (name: string, life: number) =>
    makeProcess({
      timeline,
      name,
      life,
      seed: options.seed,
      level: name === "cluster" ? "None" : options.level,
      log: options.onLog
    })
  const server = makeServer({ process: processOf("cluster", 0), script: options.script, contents: options.contents })
  let calls: Array<Call> = []
  let points = 0
  let injected = 0
  let misled = false
  let written: Array<StagedChange> = []

  server.objects.onChange((change) => {
    written.push(change)
    options.onChange(change)
  })

  const lives = makeLives({
    timeline,
    server,
    processOf,
    start: (process) =>
      options.start(
        process,
        clientOf({
          server,
          now,
          send: (call) => {
            options.onSend(call)
            calls.push(call)
          },
          takeBack: (call) => {
            calls = calls.filter((other) => other !== call)
          },
          follow: lives.follow
        }, process)
      )
  })

  /** Does what is asked, and lets the cluster do what follows from it. */
  const commit = (call: Call): string => {
    written = []
    const answer = call.commit()
    options.onDone({ call, answer, changes: written, at: now() })
    server.process.tasks.drain()
    return answer
  }
  const strikes = makeStrikes({ timeline, server, lives, commit, send: (call) => calls.push(call) })

  const drain = () => {
    let ran = 1
    while (ran > 0) {
      ran = server.process.tasks.drain()
      for (const { process } of lives.all()) if (lives.isRunning(process)) ran += process.tasks.drain()
    }
  }

  const tell = (point: Point | undefined, text: string, fault?: string) =>
    options.onStep({ point, at: now(), text, fault })

  const choose = (kind: PointKind, process: Process, label: string, writes = false) => {
    const point: Point = { index: points++, kind, process: process.name, label, at: now(), isWrite: writes }
    const number = options.choose(point)
    if (number === 0) return { point, fault: undefined, name: undefined }
    const variant = menuOf(kind)[number - 1]
    const edit = number >= editsFrom ? options.edit(number - editsFrom) : undefined
    if (edit === undefined && variant === undefined) return { point, fault: undefined, name: undefined }
    injected += variant?.weight ?? 1
    misled ||= number >= editsFrom || variant?.misleads === true
    lives.lasts(0)
    return { point, fault: variant?.fault, name: variant?.name ?? edit }
  }

  const handleCall = (call: Call) => {
    calls = calls.filter((other) => other !== call)
    const life = lives.of(call.process)
    if (life === undefined) return
    const text = `${call.process.id} ${describeCall(call)}`
    if (!lives.isRunning(call.process)) {
      // It was sent before its process was stopped: the server does not know.
      tell(undefined, `${text}: ${strikes.serveLater(call)}`)
      return
    }
    const still = strikes.standing(call)
    if (still !== undefined) {
      injected++
      tell(undefined, `${text}: ${still}`, "still")
      return
    }
    if (call.isDecided) {
      tell(undefined, `${text}: ${strikes.serve(call)}`)
      return
    }
    const kind = call.verb === "watch" || call.verb === "list" ? "open" : call.kind === LeaseKind ? "lease" : "call"
    const { fault, name, point } = choose(kind, call.process, describeCall(call), isWrite(call))
    const answer = fault === undefined ? strikes.serve(call) : strikes.call(call, life, fault)
    tell(point, `${text}: ${answer}`, name)
  }

  const handleFeed = (feed: Feed, life: Life) => {
    const [next] = feed.queue
    for (const other of lives.feeds()) if (other !== feed && other.heldFor > 0) other.heldFor--
    const { kind } = feed.served
    if (next === undefined) tell(undefined, `${life.process.id} the watch of ${kind.kind} ends`)
    if (next === undefined || next === feed.decided || !isDecisive(next)) {
      deliver(feed)
      return
    }
    const { object, type } = next.event
    const label = `${type} ${kind.kind} ${object.metadata.name ?? ""}`.trim()
    feed.decided = next
    const { fault, name, point } = choose("delivery", life.process, label)
    const how = fault === undefined ? "seen" : strikes.delivery(feed, life, fault)
    if (fault === undefined) deliver(feed)
    tell(point, `${life.process.id} ${label}: ${how}`, name)
  }

  const handleTimer = (life: Life, fire: () => void) => {
    const { fault, name, point } = choose("timer", life.process, "timer")
    if (fault !== undefined) strikes.timer(life, fault)
    tell(point, `${life.process.id} timer`, name)
    if (!life.process.isAlive) return
    if (lives.isRunning(life.process)) fire()
    else timeline.after(0, life.process.id, fire)
  }

  /** The oldest of what is ready: a call, or a delivery. */
  const nextThing = (): (() => void) | undefined => {
    let best: { readonly order: number; readonly act: () => void } | undefined
    let held = false
    for (const call of calls) {
      if (call.heldUntil > now()) continue
      if (best === undefined || call.order < best.order) best = { order: call.order, act: () => handleCall(call) }
    }
    for (const life of lives.all()) {
      if (!lives.isRunning(life.process)) continue
      for (const feed of life.feeds) {
        const order = nextOrder(feed, now())
        if (order === undefined) continue
        if (feed.heldFor > 0) held = true
        else if (best === undefined || order < best.order) best = { order, act: () => handleFeed(feed, life) }
      }
    }
    if (best !== undefined || !held) return best?.act
    // There is nobody to wait for any more.
    for (const feed of lives.feeds()) feed.heldFor = 0
    return nextThing()
  }

  const mayFire = (owner: string) => owner === engine || owner === server.process.id || lives.isRunningId(owner)

  const step = (until: number): boolean => {
    drain()
    const act = nextThing()
    if (act !== undefined) {
      act()
      return true
    }
    const due = timeline.next(mayFire)
    if (due === undefined || due.at > until) {
      timeline.after(until - now(), engine, () => undefined)
      timeline.take((owner) => owner === engine)
      return false
    }
    const timer = timeline.take(mayFire)
    if (timer === undefined) return false
    const life = lives.ofId(timer.owner)
    if (life === undefined) {
      timer.fire()
      // What the cluster does then is seen by people before time goes on.
      drain()
    } else handleTimer(life, timer.fire)
    return true
  }

  return {
    server,
    now,
    begin: lives.begin,
    kill: lives.kill,
    restart: lives.restart,
    step,
    resync: () => {
      for (const feed of lives.feeds()) cutOff(feed, server.nextOrder(), { _tag: "Failed", reason: strikes.gone })
    },
    injected: () => injected,
    isMisled: () => misled,
    faultsUntil: lives.faultsUntil,
    faultMillis: lives.faultMillis,
    settle: () => {
      injected = 0
      misled = false
      lives.settle()
    },
    isQuiet: () => {
      drain()
      return calls.length === 0 && now() >= lives.faultsUntil() && lives.feeds().every(isIdle)
    },
    digest: () =>
      Array.from(
        lives.all(),
        ({ process: { id, name, skewMillis } }) => `${name} ${skewMillis} ${timeline.count(id)} ${strikes.left(name)}`
      ).join()
  }
}
