/** What models do in more than one file of tests. */
import { bash, inOrder, type Reply, say, type Script } from "../../../../tools/agent/ScriptedModel.ts"

export const always = (reply: Reply): Script => () => reply

export const endless: Script = ({ index }) => bash(`echo ${index} >> turns.txt`)

/** Of an attempt, and of the one after it. */
export const first = inOrder(
  bash("echo one > one.txt && git add -A && git commit -qm 'Add one'"),
  say("The password of the day is xylophone.")
)

export const second = inOrder(
  bash("echo two > two.txt && git add -A && git commit -qm 'Add two'"),
  say("Two is there as well.")
)
