# Runs one command for an owner, and ends it when the owner is gone:
# `sh -c <this> sh SIGNAL SCRATCH LOG COMMAND…`
#
# It is the parent of `initdb` or `postgres`. Its standard input is a pipe whose write end
# only the owner holds, and to which nothing is ever written. However the owner ends, SIGKILL
# included, the kernel closes that end: the command is then told to stop with SIGNAL, and
# the directory SCRATCH, unless its name is empty, is removed. What the command says is
# added to the file LOG. The exit status is the command's.
#
# Descriptor 3 is the pipe. Descriptor 4 is the owner's lock file, which is locked as long as
# anybody has it open: the lock outlives a killed owner until PostgreSQL is stopped.
#
# Comments do not show in the process list: the owner takes them out.
exec 3<&0 4>&2 </dev/null >/dev/null 2>&1
# Signals are sent to the whole group, and meant for the command alone.
trap '' HUP INT QUIT TERM PIPE
umask 077
signal=$1
scratch=$2
log=$3
shift 3
(
    trap - HUP INT QUIT TERM PIPE
    exec "$@" 3<&- 4>&- >>"$log" 2>&1
) &
job=$!
(
    # Ends when the owner has closed its end, or died.
    read -r _ <&3
    # The signal is repeated, because a process that has only just begun ignores it, and it
    # grows harsher after thirty seconds.
    trap '' USR1
    tries=0
    while [ "$tries" -le 500 ] && kill -s 0 "$job"; do
        if [ "$tries" -lt 300 ]; then
            kill -s "$signal" "$job"
        elif [ "$tries" -lt 400 ]; then
            kill -s QUIT "$job"
        else
            kill -s KILL "$job"
        fi
        tries=$((tries + 1))
        sleep 0.1 3<&- 4>&- || sleep 1 3<&- 4>&-
    done
) &
watcher=$!
wait "$job"
status=$?
# Ends a watcher whose owner lives; one that has seen the owner go ends by itself, and leaves
# no `sleep` behind. SIGUSR1 is the one signal that nobody has ignored before, so it cannot be
# lost on a watcher that has only just begun.
kill -s USR1 "$watcher"
if wait "$watcher" && [ -n "$scratch" ]; then
    rm -rf -- "$scratch"
fi
exit "$status"
