/** The name of one request: on its answer, in its problem, in every log line. */
import type { Random } from "effect"

const sane = /^[\w.:/+=-]{1,128}$/u

const hex = (number: number) => number.toString(16).padStart(8, "0")

type Numbers = typeof Random.Random.Service

const generated = (random: Numbers): string =>
  [0, 1, 2].map(() => hex(Math.floor(random.nextDoubleUnsafe() * 2 ** 32))).join("")

/** The caller's own id where it can be printed safely, else a new one. */
export const requestId = (header: string | undefined, random: Numbers): string =>
  header !== undefined && sane.test(header) ? header : generated(random)
