# shellcheck shell=bash disable=SC2034,SC2154 # FOLLOW, LAB are for the tests
# vip-follow on host a, fed with lines by hand. After lib.bash.

# follow [ARGUMENT...]: vip-follow on a; tell LINE writes to it; what it writes comes into out, what it says into err, its
# exit status into status. FOLLOW is its pid.
follow() {
    rm -f "$LAB"/{in,status,pid}
    mkfifo "$LAB/in"
    # shellcheck disable=SC2016 # it is for the shell inside
    start a shell bash -c 'trap : TERM INT HUP
        "$2/vip-follow" "${@:3}" <"$1/in" >>"$1/out" 2>>"$1/err" &
        echo $! >"$1/pid"
        wait "$!"
        while kill -0 "$!" 2>/dev/null; do wait "$!"; done
        wait "$!"
        echo $? >"$1/status"' follow "$LAB" "$BUILD" "$@"
    exec 7>"$LAB/in"
    until_true 10 test -s "$LAB/pid"
    FOLLOW=$(<"$LAB/pid")
    lab_owns "$FOLLOW"
    until_true 10 at_work
}
at_work() { grep -q '^NoNewPrivs:.1' "/proc/$FOLLOW/status"; }
tell() { printf '%s\n' "$@" >&7; }
said() { grep -qF -- "$1" "$LAB/err"; }
said_times() { [ "$(grep -cF -- "$1" "$LAB/err")" -eq "$2" ]; }
ended() { until_true 10 test -s "$LAB/status" && [ "$(<"$LAB/status")" -eq "$1" ]; }

# send VRID IP KEY=VALUE... and state VRID IP TO: lines of now.
send() {
    local vrid=$1 ip=$2
    shift 2
    tell "send if=eth0 vrid=$vrid prio=100 interval=100ms ip=$ip garp=1,0s,0 $*"
}
state() { tell "state if=eth0 vrid=$1 from=active to=$3 why=test prio=100 interval=100ms ip=$2"; }
