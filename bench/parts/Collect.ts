/** The garbage collector, for programs that were started without `--expose-gc`. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")

/** A whole collection. */
export const collect: () => void = runInNewContext("gc")
