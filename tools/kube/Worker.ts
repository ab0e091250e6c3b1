/** Each worker of vitest has a control plane of its own: what a file does to its API server is no other file's trouble. */
import { planeOfWorker } from "./Plane.ts"

const home = process.env["CONTROL_PLANES"]
if (home !== undefined) process.env["CONTROL_PLANE"] = planeOfWorker(home)
