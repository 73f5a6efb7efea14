# The supervisor of one private cluster, run as `sh -c <this> sh [template…]`.
#
# It is the parent of `initdb` and `postgres`, and it reads commands from a pipe
# whose write end only the owner holds. However the owner ends, SIGKILL included,
# the kernel closes that end: the supervisor then stops what still runs, removes
# its scratch directory, and ends. It lives in a process group of its own, so a
# Ctrl-C in the terminal reaches the owner alone.
#
# Arguments: templates for `mktemp -d`, tried in order; none when no scratch
#            directory is wanted.
# Commands:  `run SIGNAL COMMAND`  runs COMMAND (quoted for the shell); SIGNAL is
#                                  how to end it when the owner is gone
#            `INT`, `QUIT`, `TERM`, `KILL`  signals the running command
# Events:    `ready [SCRATCH]`, `failed`, `started PID` and `heeds` in either order,
#            `exited STATUS`
#
# Descriptor 3 is the command pipe. Descriptor 4 is the owner's lock file, which is
# locked as long as anybody has it open: the lock outlives a killed owner until
# PostgreSQL is stopped.
#
# Comments do not show in the process list: the owner takes them out, where they have
# a line of their own.
exec 3<&0 4>&2 </dev/null 2>/dev/null
trap '' HUP INT QUIT TERM PIPE
umask 077

scratch=
for template in "$@"; do
    scratch=$(mktemp -d "$template") && break
    scratch=
done
if [ $# -gt 0 ] && [ -z "$scratch" ]; then
    echo failed
    exit 1
fi
echo "ready $scratch"

while IFS= read -r command <&3; do
    # A signal that arrives after its process has ended is of no use any more.
    case $command in "run "*) ;; *) continue ;; esac
    command=${command#run }
    gentle=${command%% *}
    command=${command#* }
    (
        trap - HUP INT QUIT TERM PIPE
        exec 3<&- 4>&-
        # From here on a signal is not lost on it.
        echo heeds
        eval "exec $command"
    ) &
    job=$!
    echo "started $job"
    (
        while IFS= read -r signal <&3; do
            case $signal in INT | QUIT | TERM | KILL) kill -s "$signal" "$job" ;; esac
        done
        # The owner is gone. The signal is repeated, because a process that has only
        # just begun ignores it, and it grows harsher after thirty seconds.
        trap '' USR1
        tries=0
        while [ "$tries" -le 500 ] && kill -s 0 "$job"; do
            if [ "$tries" -lt 300 ]; then
                kill -s "$gentle" "$job"
            elif [ "$tries" -lt 400 ]; then
                kill -s QUIT "$job"
            else
                kill -s KILL "$job"
            fi
            tries=$((tries + 1))
            sleep 0.1 3<&- 4>&- || sleep 1 3<&- 4>&-
        done
    ) &
    reader=$!
    wait "$job"
    status=$?
    # Ends a reader that waits for commands. One that has seen the owner go ends by
    # itself, and leaves no `sleep` behind. SIGUSR1 is the one signal that nobody has
    # ignored before, so it cannot be lost on a reader that has only just begun.
    kill -s USR1 "$reader"
    wait "$reader"
    echo "exited $status"
done

[ -z "$scratch" ] || rm -rf -- "$scratch"
