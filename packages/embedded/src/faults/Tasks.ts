/**
 * Effect's Scheduler of one simulated process: tasks wait in one queue and run when they are told to, in the order in which they came. No
 * turn of the host's event loop is ever waited for, so that the same program does the same every time.
 */
import type { Scheduler } from "effect"

export interface Tasks extends Scheduler.Scheduler {
  /** Runs until nothing is left; answers with how many ran. */
  readonly drain: () => number
  /** Forgets what waits, and takes nothing more: the process is gone. */
  readonly stop: () => void
}

/** A fiber that computes this long without waiting gives way to the others. */
const longestTurn = 2048

export const makeTasks = (): Tasks => {
  let queues: Array<Array<() => void>> = []
  const life = { isOver: false }
  let draining = false

  const scheduleTask = (task: () => void, priority: number): void => {
    if (life.isOver) return
    const queue = queues[priority] ??= []
    queue.push(task)
  }
  const drain = (): number => {
    // Whoever drains already runs what is added meanwhile.
    if (draining) return 0
    draining = true
    let count = 0
    while (queues.length > 0 && !life.isOver) {
      const now = queues
      queues = []
      for (const queue of now) {
        for (const task of queue ?? []) {
          count++
          task()
        }
      }
    }
    draining = false
    return count
  }

  return {
    executionMode: "sync",
    shouldYield: ({ currentOpCount }) => currentOpCount >= longestTurn,
    makeDispatcher: () => ({ scheduleTask, flush: drain }),
    drain,
    stop: () => {
      life.isOver = true
      queues = []
    }
  }
}
