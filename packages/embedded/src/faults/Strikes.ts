/** What a fault does to the call, the delivery or the timer that it was chosen for. */
import { LeaseKind } from "@orchestrator/k8s/Kinds"
import type { KubernetesErrorReason } from "@orchestrator/k8s/KubernetesError"
import type { Call } from "./Call.ts"
import type { Fault } from "./Fault.ts"
import { cutOff, deliver, type Feed, repeat } from "./Feed.ts"
import type { Life, Lives } from "./Lives.ts"
import type { Server } from "./Server.ts"
import { engine, type Timeline } from "./Timeline.ts"

type Refusal = Extract<Fault, { readonly _tag: "Refuse" }>

/** A refusal that lasts. */
interface Standing {
  readonly process: string
  readonly concerns: (call: Call) => boolean
  readonly refusal: Refusal
  left: number
  readonly until: number
}

export interface Strikes {
  /** Nothing goes wrong: what is asked is done and answered. */
  readonly serve: (call: Call) => string
  /** It is done now, and the answer is read when the process goes on. */
  readonly serveLater: (call: Call) => string
  /** What an earlier fault still does to a call; undefined: nothing. */
  readonly standing: (call: Call) => string | undefined
  readonly call: (call: Call, life: Life, fault: Fault) => string
  readonly delivery: (feed: Feed, life: Life, fault: Fault) => string
  readonly timer: (life: Life, fault: Fault) => void
  /** How many calls of a process will still be refused, if they are made: of those that no time ends. */
  readonly left: (process: string) => number
  readonly gone: KubernetesErrorReason
}

export interface StrikesOptions {
  readonly timeline: Timeline
  readonly server: Server
  readonly lives: Lives
  readonly commit: (call: Call) => string
  readonly send: (call: Call) => void
}

const second = 1000
/** Longer than every usual back-off, shorter than a person's patience. */
const untilTold = 90 * second
/** After this time a repetition comes, whatever else came. */
const longestEcho = 20 * second
/** After this time what was cut off is listed again. */
const longestMiss = 30 * second

const gone: KubernetesErrorReason = { _tag: "Gone", message: "too old resource version" }
const unavailable: KubernetesErrorReason = { _tag: "ServerError", status: 503, message: "planted by the simulation" }

const lasting = (reason: KubernetesErrorReason, afterMillis: number): Refusal => ({
  _tag: "Refuse",
  when: "before",
  reason,
  afterMillis,
  extent: "until told"
})
const cannotBeReached = lasting({ _tag: "Unreachable", message: "partition" }, 5 * second)
const leaseUnavailable = lasting(unavailable, 0)

export const makeStrikes = ({ commit, lives, send, server, timeline }: StrikesOptions): Strikes => {
  const { now } = timeline
  const standings: Array<Standing> = []

  const stand = (process: string, refusal: Refusal, concerns: Standing["concerns"], left: number, millis: number) => {
    standings.push({ process, refusal, concerns, left, until: now() + millis })
    if (Number.isFinite(millis)) lives.lasts(millis)
  }

  const serve = (call: Call): string => {
    const answer = commit(call)
    call.reply()
    return answer
  }

  const refuse = (call: Call, { afterMillis, reason, when }: Refusal): string => {
    const did = when === "after" ? commit(call) : undefined
    if (afterMillis === 0) call.fail(reason)
    else {
      lives.lasts(afterMillis)
      timeline.after(afterMillis, engine, () => call.fail(reason))
    }
    return `${reason._tag}${did === undefined ? "" : `, though done: ${did}`}`
  }

  const sendLater = (call: Call, millis: number) => {
    call.heldUntil = now() + millis
    call.isDecided = true
    send(call)
    lives.lasts(millis)
    lives.lookAfter(millis)
  }

  const crash = ({ process }: Life, { older, restartMillis }: Extract<Fault, { readonly _tag: "Crash" }>) => {
    lives.kill(process.name)
    lives.restart(process.name, restartMillis, older)
    return "crashed"
  }

  const strikeCall = (call: Call, life: Life, fault: Fault): string => {
    const { process } = call
    switch (fault._tag) {
      case "Crash":
        if (fault.at === "committed") commit(call)
        if (fault.at === "after") {
          serve(call)
          process.tasks.drain()
        }
        return crash(life, fault)
      case "Refuse": {
        const same = ({ kind, verb }: Call) => kind === call.kind && verb === call.verb
        if (fault.extent === "thrice") stand(process.name, fault, same, 2, Number.POSITIVE_INFINITY)
        if (fault.extent === "until told") stand(process.name, fault, same, Number.POSITIVE_INFINITY, untilTold)
        return refuse(call, fault)
      }
      case "Slow": {
        if (fault.when === "before") {
          sendLater(call, fault.millis)
          return "on its way"
        }
        timeline.after(fault.millis, engine, call.reply)
        lives.lasts(fault.millis)
        return commit(call)
      }
      case "Release": {
        const answer = serve(call)
        life.stop()
        lives.restart(process.name, fault.restartMillis)
        return answer
      }
      case "LoseLease":
        stand(process.name, leaseUnavailable, ({ kind }) => kind === LeaseKind, Number.POSITIVE_INFINITY, fault.millis)
        return call.kind === LeaseKind ? refuse(call, leaseUnavailable) : serve(call)
      case "Partition":
        stand(process.name, cannotBeReached, () => true, Number.POSITIVE_INFINITY, fault.millis)
        for (const feed of life.feeds) feed.heldUntil = Math.max(feed.heldUntil, now() + fault.millis)
        lives.lookAfter(fault.millis)
        return refuse(call, cannotBeReached)
      case "Pause": {
        if (fault.at === "before") sendLater(call, fault.millis)
        // It is what it reads first when it goes on, before any timer and any event of that time.
        else timeline.after(fault.millis, engine, call.reply)
        lives.pause(process, fault.millis)
        return fault.at === "before" ? "on its way" : commit(call)
      }
      case "Jump":
      case "Hold":
      case "Repeat":
      case "Miss":
      case "End":
        return serve(call)
    }
  }

  /** All of its events are lost from now on, until it ends because its history is gone. */
  const miss = (feed: Feed, { events, millis }: Extract<Fault, { readonly _tag: "Miss" }>) => {
    const end = () => {
      if (feed.isOpen && feed.lost !== undefined) cutOff(feed, server.nextOrder(), { _tag: "Failed", reason: gone })
    }
    feed.lost = events - feed.queue.splice(0).length + 1
    if (feed.lost <= 0) end()
    else {
      const wait = millis === 0 ? longestMiss : millis
      lives.lasts(wait)
      timeline.after(wait, engine, end)
    }
  }

  const strikeDelivery = (feed: Feed, life: Life, fault: Fault): string => {
    switch (fault._tag) {
      case "Crash":
        if (fault.at === "after") {
          deliver(feed)
          life.process.tasks.drain()
        }
        return crash(life, fault)
      case "Hold":
        for (const each of fault.all ? life.feeds : [feed]) {
          each.heldFor = fault.deliveries
          each.heldUntil = Math.max(each.heldUntil, now() + fault.millis)
        }
        lives.lasts(fault.millis)
        lives.lookAfter(fault.millis)
        return "held back"
      case "Repeat": {
        const [pending] = feed.queue
        deliver(feed)
        if (pending === undefined) return "seen"
        if (fault.after === 0) repeat(feed, pending)
        else {
          const echo = { left: fault.after, pending }
          feed.echoes.push(echo)
          lives.lasts(longestEcho)
          timeline.after(longestEcho, engine, () => {
            const index = feed.echoes.indexOf(echo)
            if (index < 0) return
            feed.echoes.splice(index, 1)
            repeat(feed, pending)
          })
        }
        return "seen, and to come again"
      }
      case "Miss":
        miss(feed, fault)
        return "missed"
      case "End":
        if (fault.how === "silent") lives.silence(feed)
        else {
          cutOff(
            feed,
            server.nextOrder(),
            fault.how === "closed"
              ? { _tag: "Closed" }
              : { _tag: "Failed", reason: fault.how === "gone" ? gone : unavailable }
          )
        }
        return fault.how
      case "Refuse":
      case "Slow":
      case "Jump":
      case "Release":
      case "LoseLease":
      case "Partition":
      case "Pause":
        deliver(feed)
        return "seen"
    }
  }

  return {
    serve,
    left: (process) =>
      standings.reduce(
        (sum, each) => each.process === process && Number.isFinite(each.left) ? sum + each.left : sum,
        0
      ),
    serveLater: (call) => {
      const answer = commit(call)
      timeline.after(call.process.pausedUntil - now(), call.process.id, call.reply)
      return answer
    },
    standing: (call) => {
      const found = standings.find((each) =>
        each.process === call.process.name && each.left > 0 && each.until > now() && each.concerns(call)
      )
      if (found === undefined) return undefined
      found.left--
      return refuse(call, found.refusal)
    },
    call: strikeCall,
    delivery: strikeDelivery,
    timer: (life, fault) => {
      if (fault._tag === "Crash") crash(life, fault)
      if (fault._tag === "Jump") {
        life.process.skewMillis += fault.millis
        // A time that was named comes so much later.
        lives.lasts(-fault.millis)
      }
      if (fault._tag === "Pause") lives.pause(life.process, fault.millis)
    },
    gone
  }
}
