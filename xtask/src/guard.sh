# Runs the command that the arguments are. It ends, at the latest, when standard input does: the
# owner holds the other end of that pipe, and the system closes it when the owner ends, however
# that comes about. Whatever it has started is asked to end with it: all of them are in the process
# group of this shell, which is theirs alone.
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
# From here on: the command itself ends when it is asked to.
trap '' TERM
{
    cat <&3
    kill -TERM 0
    # A server finishes the requests that run; what does not end by then is ended.
    waited=0
    while [ "$waited" -lt 20 ] && kill -0 "$child"; do
        sleep 1
        waited=$((waited + 1))
    done
    if kill -0 "$child"; then kill -KILL 0; fi
} >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait "$child"
status=$?
kill -KILL "$guard" 2>/dev/null
exit "$status"
