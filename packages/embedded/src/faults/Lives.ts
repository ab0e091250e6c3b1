/** The lives of the simulated processes, and the watches of each: begun, killed, paused, begun again. */
import { cutOff, type Delivered, type Feed } from "./Feed.ts"
import type { Process } from "./Process.ts"
import type { Server } from "./Server.ts"
import { engine, type Timeline } from "./Timeline.ts"

export interface Life {
  readonly process: Process
  readonly feeds: Set<Feed>
  readonly stop: () => void
}

export interface Lives {
  readonly all: () => Iterable<Life>
  readonly feeds: () => ReadonlyArray<Feed>
  readonly of: (process: Process) => Life | undefined
  readonly ofId: (id: string) => Life | undefined
  readonly isRunning: (process: Process) => boolean
  readonly isRunningId: (id: string) => boolean
  /** `older`: what it reads at first is so many changes old. */
  readonly begin: (name: string, older?: number) => void
  readonly kill: (name: string) => void
  /** Kills it if it still is, and begins another life of it later. */
  readonly restart: (name: string, millis: number, older?: number) => void
  readonly pause: (process: Process, millis: number) => void
  readonly follow: (process: Process, feed: Feed) => void
  /** The watch goes silent; its reader finds out when it has waited too long. */
  readonly silence: (feed: Feed) => void
  /** A fault lasts so long from now. */
  readonly lasts: (millis: number) => void
  readonly faultsUntil: () => number
  /** For how long they last, taken together. */
  readonly faultMillis: () => number
  /** Faults until now count no more. */
  readonly settle: () => void
  /** The simulation looks again at this time. */
  readonly lookAfter: (millis: number) => void
}

export interface LivesOptions {
  readonly timeline: Timeline
  readonly server: Server
  readonly processOf: (name: string, life: number) => Process
  readonly start: (process: Process) => { readonly stop: () => void }
}

const second = 1000
const bookmarkMillis = 60 * second
/** By how much longer than agreed a client waits for a silent watch. */
const silenceMillis = 30 * second
/** How long an API server that is behind stays so. */
const behindMillis = 5 * second

const silent: Exclude<Delivered, { readonly _tag: "Events" }> = {
  _tag: "Failed",
  reason: { _tag: "Unreachable", message: "the watch was silent for too long" }
}

export const makeLives = ({ processOf, server, start, timeline }: LivesOptions): Lives => {
  const lives = new Map<string, Life>()
  const counts = new Map<string, number>()
  const { now } = timeline
  let faultsUntil = 0
  let faultMillis = 0

  const lasts = (millis: number) => {
    if (millis < 0) return
    faultMillis += Math.max(0, now() + millis - Math.max(faultsUntil, now()))
    faultsUntil = Math.max(faultsUntil, now() + millis)
  }
  const lookAfter = (millis: number) => void timeline.after(millis, engine, () => undefined)
  const of = (process: Process) => {
    const life = lives.get(process.name)
    return life?.process === process ? life : undefined
  }
  const ofId = (id: string) => {
    const life = lives.get(id.slice(0, id.indexOf("#")))
    return life?.process.id === id ? life : undefined
  }
  const isRunning = ({ isAlive, pausedUntil }: Process) => isAlive && pausedUntil <= now()

  /** Of a state that is behind, nothing newer is told before its time. */
  const holdNewer = (feed: Feed, { revision, until }: NonNullable<Process["view"]>) => {
    const first = feed.queue.findIndex(({ event }) => Number(event.object.metadata.resourceVersion) > revision)
    feed.late = { from: first < 0 ? feed.queue.length : first, until }
  }

  /** Bookmarks while it is open, and its end. */
  const serve = (feed: Feed) => {
    const { allowWatchBookmarks, timeoutSeconds } = feed.options
    const isLive = () => feed.isOpen && !feed.isSilent && feed.lost === undefined && feed.end === undefined
    const end = timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : now() + timeoutSeconds * second
    if (Number.isFinite(end)) {
      timeline.after(end - now(), engine, () => {
        if (isLive()) feed.end = { order: server.nextOrder(), how: { _tag: "Closed" } }
      })
    }
    const bookmark = (): void => {
      if (!isLive()) return
      feed.queue.push({ order: server.nextOrder(), event: server.bookmark(feed) })
      if (now() + bookmarkMillis < end) timeline.after(bookmarkMillis, engine, bookmark)
    }
    if (allowWatchBookmarks === true && bookmarkMillis + now() < end) timeline.after(bookmarkMillis, engine, bookmark)
  }

  const begin = (name: string, older = 0) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    const process = processOf(name, count)
    if (older > 0) {
      process.view = {
        revision: Math.max(server.firstRevision, server.objects.revision() - older),
        until: now() + behindMillis
      }
      lasts(behindMillis)
      timeline.after(behindMillis, engine, () => {
        process.view = undefined
      })
    }
    let stop = (): void => undefined
    lives.set(name, { process, feeds: new Set(), stop: () => stop() })
    ;({ stop } = start(process))
  }

  const kill = (name: string) => {
    const life = lives.get(name)
    if (life === undefined) return
    life.process.isAlive = false
    life.process.tasks.stop()
    for (const feed of life.feeds) feed.isOpen = false
    lives.delete(name)
  }

  return {
    all: () => lives.values(),
    feeds: () => [...lives.values()].flatMap(({ feeds }) => [...feeds]),
    of,
    ofId,
    isRunning,
    isRunningId: (id) => {
      const life = ofId(id)
      return life !== undefined && isRunning(life.process)
    },
    begin,
    kill,
    restart: (name, millis, older = 0) => {
      lasts(millis)
      timeline.after(millis, engine, () => {
        kill(name)
        begin(name, older)
      })
    },
    pause: (process, millis) => {
      process.pausedUntil = now() + millis
      lasts(millis)
      lookAfter(millis)
    },
    follow: (process, feed) => {
      const life = of(process)
      if (life === undefined) return
      for (const other of life.feeds) if (!other.isOpen) life.feeds.delete(other)
      life.feeds.add(feed)
      if (process.view !== undefined) holdNewer(feed, process.view)
      serve(feed)
    },
    silence: (feed) => {
      const millis = (feed.options.timeoutSeconds ?? 300) * second + silenceMillis
      feed.isSilent = true
      lasts(millis)
      timeline.after(millis, engine, () => {
        feed.isSilent = false
        cutOff(feed, server.nextOrder(), silent)
      })
    },
    lasts,
    faultsUntil: () => faultsUntil,
    faultMillis: () => faultMillis,
    settle: () => {
      faultMillis = 0
    },
    lookAfter
  }
}
