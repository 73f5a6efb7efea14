# Runs the command that the arguments are. It ends, at the latest, when standard input does: the
# owner holds the other end of that pipe, and the system closes it when the owner ends, however
# that comes about.
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
{
    cat <&3
    kill -TERM "$child"
    # A server finishes the requests that run; what does not end by then is ended.
    waited=0
    while [ "$waited" -lt 20 ] && kill -0 "$child"; do
        sleep 1
        waited=$((waited + 1))
    done
    kill -KILL "$child"
} >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait "$child"
status=$?
kill "$guard" 2>/dev/null
exit "$status"
