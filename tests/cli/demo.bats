#!/usr/bin/env bats
# vrrp-demo as a person runs it: from its own words to a whole story in namespaces, and what is left of it.

bats_require_minimum_version 1.5.0
demo=$BATS_TEST_DIRNAME/../../scripts/vrrp-demo

# What a demo could leave: namespaces' holders and temporary directories. Each test has a TMPDIR of its own.
setup() {
    export TMPDIR=$BATS_TEST_TMPDIR
    mkdir -p "$TMPDIR"
}
# family PID: its descendants.
family() {
    local child
    for child in $(pgrep -P "$1"); do
        echo "$child"
        family "$child"
    done
}
nothing_left() { # PID...: none of these processes (whatever waits for its parent's look is none), and no directory
    local pid left=0
    for pid; do
        [ ! -e "/proc/$pid" ] || grep -q '^State:.Z' "/proc/$pid/status" || left=1
    done
    [ "$left" = 0 ] && [ -z "$(find "$TMPDIR" -name 'vrrp-demo*')" ]
}
eventually() { # COMMAND...: within 10 s
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

@test "-h and --help tell of the options" {
    run -0 "$demo" -h
    [[ $output == usage:* && $output == *"-i INTERVAL"* ]]
    local text=$output
    run -0 "$demo" --help
    [ "$output" = "$text" ]
}

@test "-V tells the version" {
    run -0 "$demo" -V
    [[ $output == vrrp-demo* ]]
}

@test "wrong words: exit 2, and what is allowed" {
    local words
    for words in -x --fast -i '-i 0ms' '-i 15ms' '-i 11s' '-i 1' '-i 10xs' '-i 9999999999999999999ms' eth0 '-i 1s x'; do
        # shellcheck disable=SC2086 # several words
        run -2 "$demo" $words
        [[ $output == *vrrp-demo:* ]]
    done
}

@test "the story at 100 ms: B takes over, A comes back, the figures are there, nothing is left" {
    run -0 timeout 60 "$demo" -i 100ms
    echo "$output"
    [[ $output == *"A|"*"state from=backup to=active"* ]]
    [[ $output == *"B|"*"state from=backup to=active"* ]]
    [[ $output == *"B|"*"state from=active to=backup"* ]]
    [[ $output == *"client|"*"elected active=192.0.2.2 was=192.0.2.1"*"why=timed-out"* ]]
    [[ $output == *"client|"*"elected active=192.0.2.1 was=192.0.2.2"*"why=preempted"* ]]
    [[ $output == *"takeover, by theory "*" 0.361 s "*" 0.341 s"* ]]
    # Observed: not before the theory (but for the last digit), and within an interval or so of a busy machine.
    awk '/takeover, observed/ { good = $3 >= 0.360 && $3 < 1.5 && $5 >= 0.340 && $5 < 1.5 }
        END { exit !good }' <<<"$output"
    [[ $output == *"the client had no answer for"* ]]
    # Fit for a terminal of 80 columns.
    [ -z "$(awk 'length($0) > 80' <<<"$output")" ]
    nothing_left
}

@test "two at once do not meet, and one that is told to stop leaves nothing" {
    "$demo" -i 100ms >"$TMPDIR/one" 2>&1 3>&- &
    local one=$!
    "$demo" >"$TMPDIR/two" 2>&1 3>&- &
    local two=$! pids
    eventually grep -q 'to=active' "$TMPDIR/two"
    pids=$(family "$two")
    [ "$(wc -w <<<"$pids")" -ge 8 ]
    kill -TERM "$two"
    local status=0
    wait "$two" || status=$?
    [ "$status" = 143 ]
    status=0
    wait "$one" || status=$?
    cat "$TMPDIR/one"
    [ "$status" = 0 ]
    # shellcheck disable=SC2086 # several pids
    eventually nothing_left $pids
}

@test "INT and HUP: the same" {
    local signal status pids expected
    for signal in INT:130 HUP:129; do
        expected=${signal#*:}
        # A background job of a script ignores INT, so it gets it back.
        env --default-signal=INT "$demo" >"$TMPDIR/out" 2>&1 3>&- &
        local pid=$!
        eventually grep -q 'Two routers' "$TMPDIR/out"
        pids=$(family "$pid")
        kill "-${signal%:*}" "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" = "$expected" ]
        # shellcheck disable=SC2086 # several pids
        eventually nothing_left $pids
    done
}

@test "kill -9: nothing is left" {
    "$demo" -i 10s >"$TMPDIR/out" 2>&1 3>&- &
    local pid=$! pids
    eventually grep -q 'to=backup' "$TMPDIR/out"
    pids=$(family "$pid")
    [ "$(wc -w <<<"$pids")" -ge 8 ]
    kill -KILL "$pid"
    # shellcheck disable=SC2086 # several pids
    eventually nothing_left $pids
}

@test "output that cannot be written ends it: a full disk with 3, a reader that has gone with its signal" {
    run -3 --separate-stderr bash -c '"$1" -i 100ms >/dev/full' bash "$demo"
    # shellcheck disable=SC2154 # bats makes it
    [[ $stderr == *"vrrp-demo: standard output: cannot be written"* ]]
    run -3 bash -c '"$1" -h >/dev/full' bash "$demo"
    run bash -c 'timeout 60 "$1" -i 100ms | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}"' bash "$demo"
    [ "$output" = 141 ]
    nothing_left
}
