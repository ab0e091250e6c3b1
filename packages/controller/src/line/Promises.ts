/**
 * What attempts that work may still spend, by account. A Job keeps what it was given until its cost is written down, whatever has become of it
 * by then: between its end and its result nothing is free. Of runs of other shards their status tells that they work.
 */
import { isAliveIn } from "../attempt/CurrentAttempt.ts"
import type { JobFacts } from "../facts/Job.ts"
import { attemptKey, type LedgerFacts } from "../facts/Ledger.ts"
import type { RunFacts } from "../facts/Run.ts"
import { hasStartedElsewhere, runByUid, type Snapshot } from "../facts/Snapshot.ts"
import { accountsOf } from "../facts/Spending.ts"
import { addTo } from "../facts/Sums.ts"
import type { Purse, Spender } from "./Purse.ts"

interface Changed {
  readonly jobs: ReadonlyMap<string, Pick<JobFacts, "namespace" | "name">>
  readonly uids: ReadonlySet<string>
}

/** Of a moment alone. */
export const promisesOf = (snapshot: Snapshot, purse: Purse) => {
  const promises = makePromises(snapshot, purse)
  const runs = snapshot.shard.count === 1 ? [] : Object.values(snapshot.runs).flatMap((store) => [...store.values()])
  promises.settle({
    jobs: new Map([...snapshot.jobs.values()].map((job) => [`${job.namespace}/${job.name}`, job])),
    uids: new Set(runs.map(({ uid }) => uid))
  })
  return promises
}

export const makePromises = (snapshot: Snapshot, purse: Purse) => {
  /** By whom it was promised to. */
  const known = new Map<string, Spender>()
  const sums = new Map<string, number>()

  const add = (spender: Spender | undefined, sign: 1 | -1) => {
    if (spender === undefined) return
    for (const account of accountsOf(spender)) addTo(sums, account, sign * spender.micros)
  }
  const set = (key: string, spender: Spender | undefined) => {
    add(known.get(key), -1)
    add(spender, 1)
    if (spender === undefined) known.delete(key)
    else known.set(key, spender)
  }

  /** Whether a Job may cost something that is not written down. */
  const isOpen = (job: JobFacts): boolean =>
    job.runUid !== "" && (job.held || isAliveIn(snapshot, job)) &&
    snapshot.spending.recorded(attemptKey(job.namespace, job.name)) === undefined

  const isElsewhere = (run: RunFacts | undefined): run is RunFacts =>
    run !== undefined && hasStartedElsewhere(snapshot, run) &&
    snapshot.spending.recorded(attemptKey(run.namespace, run.jobName)) === undefined

  return {
    settle: ({ jobs, uids }: Changed) => {
      for (const [key, at] of jobs) {
        const job = snapshot.jobs.get(at)
        set(`job ${key}`, job !== undefined && isOpen(job) ? purse.ofJob(job) : undefined)
      }
      if (snapshot.shard.count === 1) return
      for (const uid of uids) {
        const run = runByUid(snapshot, uid)
        set(`run ${uid}`, isElsewhere(run) ? purse.ofRun(run) : undefined)
      }
    },
    promised: (account: string): number => sums.get(account) ?? 0,
    accounts: (): Iterable<string> => sums.keys(),
    /** Jobs of whose cost a ledger tells, and that something was promised to. */
    namedIn: ({ entries }: LedgerFacts): ReadonlyArray<readonly [namespace: string, name: string]> =>
      [...known.keys()].filter((key) => key.startsWith("job ")).flatMap((key) => {
        const [namespace = "", name = ""] = key.slice(4).split("/")
        return entries.has(attemptKey(namespace, name)) ? [[namespace, name]] : []
      })
  }
}
