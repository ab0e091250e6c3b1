/**
 * The hook that makes a push a push upstream. Git runs it when the objects are there but no ref has moved: what upstream refuses is
 * refused here, in its words. Values arrive by environment; the agent's repository is never read, only its objects cross.
 */

/** What the hook reads. */
export interface PreReceiveInputs {
  readonly BROKER_REF: string
  readonly BROKER_UPSTREAM: string
  /** Folder for the hook's findings: `refused` (a sentence), `porcelain` and `words` (of the push upstream). */
  readonly BROKER_REPORT: string
  /** The head that this run itself put there, which it may replace; empty when there is none. */
  readonly BROKER_OWN_HEAD: string
  /** What was there before this run: its history stays. Empty when the branch is the run's from the start. */
  readonly BROKER_FLOOR: string
}

export const preReceiveHook = `#!/bin/sh
refuse() {
  printf '%s' "$1" > "$BROKER_REPORT/refused"
  echo "$1" >&2
  exit 1
}
read -r before after ref || refuse "nothing was pushed"
read -r more && refuse "one branch at a time"
[ "$ref" = "$BROKER_REF" ] || refuse "$ref cannot be pushed to: this run may write \${BROKER_REF#refs/heads/} and nothing else"
case $after in *[!0]*) ;; *) refuse "\${ref#refs/heads/} cannot be deleted by this run" ;; esac
git rev-parse --quiet --verify "$after^{commit}" > /dev/null || refuse "\${ref#refs/heads/} can only be a commit"
lease=
case $before in
  *[!0]*)
    if ! git merge-base --is-ancestor "$before" "$after"; then
      [ "$before" = "$BROKER_OWN_HEAD" ] ||
        refuse "this rewrites \${ref#refs/heads/}, which has commits that are not this run's: merge them instead (non-fast-forward)"
      [ -z "$BROKER_FLOOR" ] || git merge-base --is-ancestor "$BROKER_FLOOR" "$after" ||
        refuse "this rewrites commits that \${ref#refs/heads/} had before this run: keep them (non-fast-forward)"
      lease="--force-with-lease=$ref:$before"
    fi
    ;;
esac
unset GIT_QUARANTINE_PATH
git push --porcelain --no-verify --no-recurse-submodules $lease -- "$BROKER_UPSTREAM" "$after:$ref" \\
  > "$BROKER_REPORT/porcelain" 2> "$BROKER_REPORT/words"
status=$?
cat "$BROKER_REPORT/words" >&2
exit $status
`
