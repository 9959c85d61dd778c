#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# vrrp-check and the election that depends on it, through the control FIFO: weights, faults, a checker that dies.

load lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    scenario weight weight
    scenario fault fault
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

us4=192.0.2.1 peer4=192.0.2.2

# checker: the check succeeds while $LAB/well is there. CHECKER is its pid.
checker() {
    start us check.log "$BUILD/vrrp-check" -C "$LAB/ctl" --interval 300ms --timeout 1s web test -e "$LAB/well"
    CHECKER=$PID
}
# chain_on HOST PRIORITY WORD...: on a segment of its own.
chain_on() {
    local host=$1 prio=$2
    shift 2
    vr_conf "$LAB/$host.vr" 3 4 "$prio" interval=100ms "$@"
    if [ "$host" = us ]; then
        mkfifo -m 600 "$LAB/ctl"
        chain_start us -C "$LAB/ctl"
    else
        chain_start "$host"
    fi
}

# --- the stories -----------------------------------------------------------------------------------------------------

weight() {
    lab_begin "$LAB" us peer
    record
    touch "$LAB/well"
    chain_on us 150 track=web:-60
    checker
    until_true 10 heard "$us4" '==150'
    chain_on peer 100
    until_true 10 chain_is peer backup
    mark fails
    rm "$LAB/well"
    until_true 10 heard "$peer4" '==100' "$fails"
    until_true 10 chain_is us backup
    mark recovers
    touch "$LAB/well"
    until_true 10 heard "$us4" '==150' "$recovers"
    until_true 10 chain_is peer backup
    mark killed
    kill -KILL "$CHECKER"
    until_true 10 heard "$peer4" '==100' "$killed"
    mark restarts
    checker
    until_true 10 heard "$us4" '==150' "$restarts"
    mark over
}

fault() {
    lab_begin "$LAB" us
    record
    touch "$LAB/well"
    chain_on us 100 track=web
    until_true 10 chain_is us fault # nobody has said that it is up
    mark starts
    checker
    until_true 10 has_address us "$VIP4"
    mark fails
    rm "$LAB/well"
    until_true 10 chain_is us fault
    until_true 10 lacks_address us "$VIP4"
    mark recovers
    touch "$LAB/well"
    until_true 10 has_address us "$VIP4"
    mark killed
    kill -KILL "$CHECKER"
    until_true 10 chain_is us fault
    until_true 10 lacks_address us "$VIP4"
    mark over
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

@test "a check that fails lowers the priority, and the other router takes over; it comes back with the check" {
    finished weight
    grep -q 'web: down: exit status 1' "$LAB/check.log"
    heard "$us4" '==90' "$fails" "$recovers" # lower, and beaten
    [ "$(advert_count "$us4" '==0' "$fails" "$recovers")" = 0 ]
    heard "$us4" '==150' "$recovers" "$killed"
}

@test "a checker that was killed lowers it when its last word has run out" {
    finished weight
    local first
    first=$(advert_first "$peer4" '==100' "$killed" "$restarts")
    # 1.9 s after a line that was said at most an interval and a timeout before
    holds "$first - $killed > 0.5"
    heard "$us4" '==90' "$killed" "$restarts"
    heard "$us4" '==150' "$restarts" "$over"
}

@test "without a weight a failing check is a fault: the router resigns and takes its address away" {
    finished fault
    [ "$(advert_count "$us4" '>=0' 0 "$starts")" = 0 ]
    heard "$us4" '==0' "$fails" "$recovers"
    heard "$us4" '==0' "$killed" "$over"
    # init, fault; backup, active; fault; backup, active; fault
    sed -n 's/.* state .* to=\([a-z]*\) why=\([a-z-]*\).*/\1:\2/p' "$LAB/us.out" >"$LAB/states"
    cat "$LAB/states"
    [ "$(grep -c '^fault:track$' "$LAB/states")" -eq 3 ]
    [ "$(grep -c '^active:' "$LAB/states")" -eq 2 ]
}
