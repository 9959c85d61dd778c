#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # READER is of each test; stderr is set by bats's run --separate-stderr
# vrrp-run --events: whoever reads the FIFO hears what was decided, and what becomes of him changes nothing.

load run.bash

# reader FILE: reads the FIFO from now on, as long as it lives. READER is its pid.
reader() {
    cat <events >>"$1" 3>&- &
    READER=$!
}
heard() { grep -q "$1" "$2"; }
# change N...: so many answers come out of the chain, and of each a state.
change() {
    local n
    for n; do
        echo "track name=here state=$( ((n % 2)) && echo down || echo up) id=$n"
    done >d/control
}
# flood PREFIX: a hundred long answers. Each line is one write: vrrp-run writes there as well.
flood() {
    local n
    for n in {1..100}; do
        printf 'track name=t state=up id=%s-%d-%01000d\n' "$1" "$n" 0
    done >d/control
}
tracked() { # STATE: the virtual router depends on a track, and is that
    vrrp-ctl -C d/control vr if=eth0 vrid=51 name=web interval=100ms ip=192.0.2.1/24 track=here
    until_true 10 eval '[ "$(state_of web)" = fault ]'
    until_true 10 grep -q 'to=fault' log
}

@test "usage: what is no FIFO, or others can write to, is refused before anything is done" {
    mkfifo -m 620 events
    : >file
    mkfifo -m 600 right
    ln -s right link
    local path reason
    while IFS='|' read -r path reason; do
        run -2 --separate-stderr vrrp-run -d d --events "$path" conf
        [ "$stderr" = "vrrp-run: --events $path: $reason" ] || { echo "$stderr"; false; }
    done <<'END'
events|others may write to it (chmod go-w)
file|not a FIFO
link|not a FIFO
END
    run -2 --separate-stderr vrrp-run -d d --events right --events right conf
    [[ $stderr == "vrrp-run: --events right: one FIFO is enough"* ]]
    run -0 vrrp-run -n -d d --events right conf
    [ "${lines[1]}" = "beside it: >right" ]
    [ ! -e d ]
}

@test "one that is not there is said once, looked for again, and never made" {
    start --events events
    says '^vrrp-run: --events events: No such file or directory; it is tried again$'
    [ ! -e events ]
    mkfifo -m 600 events
    reader got
    until_true 10 heard ' state .* name=web .* to=active ' got
    [ "$(grep -c -- --events err)" -eq 1 ]
    kill "$RUN"
    ended 0
    wait "$READER"
}

@test "who begins to read hears the newest state first, nothing that was heard, and the end" {
    mkfifo -m 600 events
    start --events events -l log
    until_true 10 grep -q ' to=active ' log
    reader got
    until_true 10 heard ' state .* to=active ' got
    run -1 heard ' to=backup ' got # of long ago
    vrrp-ctl -C d/control yield name=web force=yes || true
    until_true 10 heard ' to=backup ' got
    kill "$RUN"
    ended 0
    wait "$READER"
    heard ' to=init ' got
    heard ' stage name=vip-follow .* state=ended ' got
    run -1 heard ' other \| lost ' got
    grep ' state ' log | grep -A 9 ' to=active ' | cmp - <(grep ' state ' got) # as it was written
}

@test "a reader that is killed costs nobody anything: the next one hears what was lost, and the newest state" {
    mkfifo -m 600 events
    start --events events -l log
    cp d/lock before
    reader got
    until_true 10 heard ' to=active ' got
    local fds i
    fds=$(open_fds)
    for i in 1 2 3; do
        kill -KILL "$READER"
        wait "$READER" || true
        until_true 10 eval '! ls -l "/proc/$RUN/fd" | grep -q /events'
        change 1 2 3 4 5 6
        until_true 10 grep -q 'id=6 ' log
        reader "got$i"
        until_true 10 heard ' state .* to=active ' "got$i"
        heard ' lost where=vrrp-run n=[0-9]*' "got$i"
        run -1 heard ' answer id=6 ' "got$i"
        : >log
    done
    [ "$(open_fds)" -eq "$fds" ]
    cmp d/lock before
    [ ! -s err ]
    kill "$RUN"
    ended 0
}

@test "a reader that is stopped: lines are lost, the newest state is not, and the router notices nothing" {
    mkfifo -m 600 events
    start --events events -l log
    reader got
    until_true 10 heard ' to=active ' got
    tracked fault
    until_true 10 heard ' to=fault ' got
    cp d/lock before
    kill -STOP "$READER"
    local i
    for i in {1..24}; do
        vrrp-ctl -C d/control track name=here state=up # then it is fault no more, but backup and active
        flood "$i"
        until_true 10 grep -q "answer id=$i-100-" log
        vrrp-ctl -C d/control track name=here state=down
    done
    vrrp-ctl -C d/control track name=here state=up
    until_true 10 eval '[ "$(state_of web)" = active ]'
    [ "$(awk '$2 == "answer"' log | wc -c)" -gt 2000000 ]
    kill -CONT "$READER"
    until_true 10 heard ' lost where=vrrp-run n=[0-9]*' got
    until_true 10 eval '[ "$(grep " state " got | tail -n 1)" = "$(grep " state " log | tail -n 1)" ]'
    cmp d/lock before
    [ ! -s err ]
    kill "$RUN"
    ended 0
    wait "$READER"
}

@test "one that is stopped at the end is waited for, not for ever" {
    mkfifo -m 600 events
    start --events events
    reader got
    until_true 10 heard ' to=active ' got
    kill -STOP "$READER"
    flood end
    until_true 10 eval '[ "$(state_of web)" = active ]'
    kill "$RUN"
    ended 0 15
    said '^vrrp-run: --events events: its reader does not read: the last lines are lost$'
    kill -CONT "$READER"
    wait "$READER"
}

@test "what takes its place later is not written to" {
    mkfifo -m 600 events
    start --events events
    reader got
    until_true 10 heard ' to=active ' got
    rm events
    : >events
    kill -KILL "$READER"
    wait "$READER" || true
    says '^vrrp-run: --events events: not a FIFO; it is tried again$'
    rm events
    mkfifo -m 600 events
    reader again
    until_true 10 heard ' to=active ' again
    [ "$(grep -c . err)" -eq 1 ]
    kill "$RUN"
    ended 0
}

@test "while the chain is down nobody is told of what was" {
    mkfifo -m 600 events
    start --events events -l log
    until_true 10 grep -q ' to=active ' log
    mv bin/vrrp-elect bin/real
    script vrrp-elect 'until [ -e go ]; do sleep 0.05 4>&-; done' 'exec "${0%/*}/real" "$@"'
    # shellcheck disable=SC2046 # one word for each pid
    kill -KILL $(sed -n 's/^v.* //p' d/lock | tail -n +2)
    says 'the chain is started again'
    reader got
    until_true 10 eval 'ls -l "/proc/$RUN/fd" | grep -q /events'
    : >go
    until_true 10 heard ' to=active ' got
    [[ $(grep -m 1 ' state ' got) == *' from=init to=backup '* ]]
    kill "$RUN"
    ended 0
}
