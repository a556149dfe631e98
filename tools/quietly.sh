#!/bin/sh
# Run a command and say nothing, unless it fails: then show all that it said, and which step that was.
# Use: sh tools/quietly.sh "what is being done" COMMAND [ARGUMENT ...]
step=$1
shift
said=$(mktemp)
trap 'rm -f "$said"' EXIT
"$@" >"$said" 2>&1 </dev/null && exit 0
status=$?
cat "$said" >&2
echo "This failed: $step (exit status $status of: $*)." >&2
exit "$status"
