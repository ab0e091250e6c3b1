/** What can go wrong at a point of the programs in a pod, numbered: a case's list of integers names entries of these lists. New ones come last. */

/** Who is meant: the process whose point it is, the other one of its pod, or both with all that the pod had but its workspace. */
export type Victim = "self" | "other" | "pod"
/** Before it took effect, when it had and nobody knew yet, or halfway. */
export type Moment = "before" | "after" | "middle"

export type Fault =
  | { readonly _tag: "Kill"; readonly who: Victim; readonly when: Moment }
  /** SIGTERM to the pod. */
  | { readonly _tag: "Stop" }
  /** `middle`: of a program alone, which is killed where its runner goes on. */
  | { readonly _tag: "Fail"; readonly how: Failure; readonly when: Moment }
  | { readonly _tag: "Hang" }
  | { readonly _tag: "Late"; readonly seconds: number }

export type Failure = "EIO" | "ENOSPC" | "ENOENT" | "no" | "away" | "500" | "502" | "limit" | "refused" | "lost"

export const faultClasses = ["killed", "stopped", "failed", "hung", "late"] as const
export type FaultClass = (typeof faultClasses)[number]

/** `write`: a file's content; `file`: any other change of the file system; `call`: of the runner to the broker. */
export type PointKind = "write" | "file" | "git" | "program" | "agent" | "call" | "forge" | "model"

const kill = (who: Victim, when: Moment): Fault => ({ _tag: "Kill", who, when })
const fail = (how: Failure, when: Moment = "before"): Fault => ({ _tag: "Fail", how, when })
const stop: Fault = { _tag: "Stop" }
const hang: Fault = { _tag: "Hang" }
const late: Fault = { _tag: "Late", seconds: 200 }

const around = [
  kill("self", "before"),
  kill("self", "after"),
  kill("pod", "before"),
  kill("pod", "after"),
  kill("other", "before"),
  stop
]
const halves = [kill("self", "middle"), kill("pod", "middle")]

const menus: { readonly [K in PointKind]: ReadonlyArray<Fault> } = {
  write: [...around, fail("EIO"), fail("ENOSPC"), hang, late, ...halves],
  file: [...around, fail("EIO"), fail("ENOSPC"), hang, late],
  git: [...around, fail("no"), fail("away"), hang, late, ...halves, fail("lost", "after"), fail("no", "middle")],
  program: [...around, fail("no"), hang, late],
  agent: [...around, fail("ENOENT"), hang, late],
  call: [...around, fail("refused"), fail("500"), hang, late, fail("lost", "after")],
  forge: [...around, fail("500"), fail("502"), hang, late, fail("lost", "after"), fail("refused"), fail("limit")],
  model: [...around, fail("500"), fail("502"), hang, late, fail("lost", "after"), fail("refused"), fail("limit")]
}

export const menuOf = (kind: PointKind): ReadonlyArray<Fault> => menus[kind]

/** The fault of a number; 0, and one that the list does not have, is none. */
export const faultAt = (kind: PointKind, number: number): Fault | undefined => menus[kind][number - 1]

export const classOf = ({ _tag }: Fault): FaultClass =>
  ({ Kill: "killed", Stop: "stopped", Fail: "failed", Hang: "hung", Late: "late" } as const)[_tag]

export const faultText = (fault: Fault): string => {
  switch (fault._tag) {
    case "Kill":
      return `killed ${fault.when} (${fault.who})`
    case "Stop":
      return "SIGTERM to the pod"
    case "Fail":
      return `fails ${fault.when} (${fault.how})`
    case "Hang":
      return "hangs"
    case "Late":
      return `is done, and answered ${fault.seconds} s later`
  }
}
