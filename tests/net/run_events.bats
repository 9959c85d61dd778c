#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# vrrp-run --events on the wire: vrrp-hook as another user, who is killed, stopped, and whose command hangs, behind a FIFO.
# Of two virtual routers one is Active all the time; the states of the other change.

load lib.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" us
    DIR=$(mktemp -d "${TMPDIR:-/tmp}/vrrp-events.XXXXXX") # for who is not root
    chmod 755 "$DIR"
    cp "$BUILD/vrrp-hook" "$DIR"
    cat >"$DIR/notify" <<END
#!/bin/sh
echo "\$(id -u) \$2 \$3" >>"$DIR/ran"
[ ! -e "$DIR/hang" ] || exec sleep 60
END
    chmod 755 "$DIR/notify"
    : >"$DIR/ran"
    chown 65534 "$DIR/ran"
    mkfifo -m 640 "$DIR/events"
    chgrp 65534 "$DIR/events"
}

teardown() {
    lab_end "$LAB"
    rm -rf "$DIR"
}

# hook: HOOK is its pid.
hook() {
    # shellcheck disable=SC2016 # it is for the shell inside
    start us hook.err setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
        sh -c 'cd "$1" && exec ./vrrp-hook ./notify <events >/dev/null' hook "$DIR"
    HOOK=$PID
}
ran() { [ "$(grep -c "^65534 $1$" "$DIR/ran")" -eq "$2" ]; }
last_ran() { [ "$(grep " $1 " "$DIR/ran" | tail -n 1)" = "65534 $1 $2" ]; }
# spare up|down: its state changes, and has.
spare() {
    ctl us track name=here state="$1"
    case $1 in
    up) until_true 10 run_is us spare active ;;
    down) until_true 10 run_is us spare fault ;;
    esac
}

@test "a hook of another user is killed, stopped, hangs: it hears the states again, and the router notices nothing" {
    record
    echo 'vr if=eth0 vrid=51 name=web prio=100 interval=100ms ip=192.0.2.100/24' >"$LAB/us.vr"
    echo 'vr if=eth0 vrid=52 name=spare prio=90 interval=100ms ip=192.0.2.101/24 track=here' >>"$LAB/us.vr"
    run_start us --events "$DIR/events"
    until_true 10 run_is us web active
    spare up
    mark begin
    hook
    until_true 10 last_ran web MASTER
    until_true 10 last_ran spare MASTER

    kill -KILL "$HOOK"
    until_true 10 stopped "$HOOK"
    spare down
    hook
    until_true 10 ran 'web MASTER' 2
    until_true 10 last_ran spare FAULT

    kill -STOP "$HOOK"
    for _ in 1 2 3; do
        spare up
        spare down
    done
    spare up
    kill -CONT "$HOOK"
    until_true 10 last_ran spare MASTER

    : >"$DIR/hang"
    spare down
    until_true 10 last_ran spare FAULT
    spare up
    sleep 1
    last_ran spare FAULT # its turn comes when the command is over
    rm "$DIR/hang"
    kill -KILL "$HOOK"
    until_true 10 stopped "$HOOK"
    hook
    until_true 10 last_ran spare MASTER
    mark over

    run_stop us
    until_true 10 stopped "$HOOK" # at the end of its input
    last_ran web STOP
    last_ran spare STOP
    cat "$LAB/hook.err" "$LAB/us.run"
    [ "$(<"$LAB/us.status")" = 0 ]
    [ ! -s "$LAB/us.run" ]
    [ "$(advert_count 192.0.2.1 '==100' "$begin" "$over")" -gt 20 ]
    holds "$(adverts 192.0.2.1 '==100' "$begin" "$over" |
        awk 'last && $1 - last > gap { gap = $1 - last } { last = $1 } END { print gap + 0 }') < 0.3"
}
