#!/usr/bin/env bats
# shellcheck disable=SC2154 # mark makes variables
# vrrp-run and vrrp-ctl on the wire: a router as a service; what others notice when something of it dies, is reloaded,
# replaced, or yields.

load lib.bash

setup_file() {
    export SCENARIOS=$BATS_FILE_TMPDIR
    local story
    for story in life deaths orphans reloads narrow full shadow yields; do
        scenario "$story" "$story"
    done
    wait
}

teardown_file() {
    local lab
    for lab in "$SCENARIOS"/*; do
        lab_end "$lab"
    done
}

us=192.0.2.1 peer=192.0.2.2

# --- the stories -----------------------------------------------------------------------------------------------------

# Starts alone, is pinged, logs, and ends.
life() {
    lab_begin "$LAB" us client
    record
    vr_conf "$LAB/us.vr" 3 4 100 interval=100ms name=web
    vr_conf "$LAB/us.vr6" 3 6 100 interval=100ms
    cat "$LAB/us.vr6" >>"$LAB/us.vr"
    run_start us -l "$LAB/log"
    until_true 10 run_is us web active
    until_true 10 has_address us "$VIP6"
    mark up
    ping_start client "$VIP4" ping
    until_true 10 ping_works_since ping "$up"
    ctl us status >"$LAB/answer"
    mark stops
    run_stop us
    lacks_address us "$VIP4"
    lacks_address us "$VIP6"
    ls "$LAB/us.d" >"$LAB/left"
    stat -L -c '%i %n' /proc/[0-9]*/ns/net 2>/dev/null | grep -c "^$(stat -L -c %i "/proc/$(<"$LAB/us.ns")/ns/net") " >"$LAB/processes"
    sleep 0.5
    mark over
    "$BUILD/vrrp-elect" -t <"$LAB/log" >"$LAB/replay" 2>"$LAB/replay.err"
}

# Each stage is killed, while another router is there to take over. Who has the address is looked at all the time.
deaths() {
    local stage old
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 150 interval=200ms name=web
    vr_conf "$LAB/peer.vr" 3 4 100 interval=200ms name=web
    run_start us
    until_true 10 has_address us "$VIP4"
    run_start peer
    until_true 10 run_is peer web backup
    holders &
    lab_owns "$!"
    for stage in vrrp-listen vrrp-elect vrrp-advert vip-follow; do
        old=$(run_pid us "$stage")
        mark "$(tr - _ <<<"$stage")"
        kill -KILL "$old"
        until_true 15 eval "[ \"\$(run_pid us $stage)\" != $old ] && run_is us web active"
        until_true 15 heard "$us" '==150' "$EPOCHREALTIME"
        until_true 15 has_address us "$VIP4"
        until_true 15 lacks_address peer "$VIP4"
    done
    mark stops
    run_stop us
    run_stop peer
}
holders() {
    local n
    while :; do
        n=0
        ! has_address us "$VIP4" || n=$((n + 1))
        ! has_address peer "$VIP4" || n=$((n + 1))
        echo "$EPOCHREALTIME $n"
        sleep 0.05
    done >"$LAB/holders" 2>/dev/null
}

# vrrp-run is killed: the router goes on. Another one is refused, and takes over when it is told to.
orphans() {
    lab_begin "$LAB" us
    record
    vr_conf "$LAB/us.vr" 3 4 100 interval=100ms name=web
    run_start us
    until_true 10 run_is us web active
    sleep 0.5
    mark killed
    kill -KILL "$RUN"
    until_true 10 test -s "$LAB/us.status"
    ns us "$BUILD/vrrp-run" -d "$LAB/us.d" "$LAB/us.vr" 2>"$LAB/refused" || echo "$?" >>"$LAB/refused"
    ctl us status >"$LAB/answer"
    sleep 1.5
    mark replaced
    run_start us --replace
    until_true 10 has_address us "$VIP4"
    until_true 10 heard "$us" '>0' "$(calc "$EPOCHREALTIME + 0.2")"
    run_stop us
}

# One virtual router stays, one goes, one comes on an interface that was not listened to; then it goes with its interface.
reloads() {
    lab_begin "$LAB" us
    record
    ns us ip link add eth1 type veth peer name far1
    ns us ip link set far1 up
    ns us ip link set eth1 up
    ns us ip addr add 198.51.100.1/24 dev eth1
    local stays='vr if=eth0 vrid=51 prio=100 interval=100ms name=stays ip=192.0.2.100/24'
    printf '%s\n' "$stays" 'vr if=eth0 vrid=52 prio=110 interval=100ms name=goes ip=192.0.2.101/24' >"$LAB/us.vr"
    run_start us -l "$LAB/log"
    until_true 10 run_is us stays active
    until_true 10 has_address us 192.0.2.101
    sleep 1
    mark before
    printf '%s\n' "$stays" 'vr if=eth1 vrid=53 prio=120 interval=100ms name=comes ip=198.51.100.100/24' >"$LAB/us.vr"
    kill -HUP "$RUN"
    until_true 10 grep -q '2 virtual routers from now on' "$LAB/us.run"
    until_true 10 lacks_address us 192.0.2.101
    until_true 10 run_is us comes active
    ns us ip -o addr show dev eth1 >"$LAB/eth1"
    printf '%s\n' "$stays" 'vr if=nosuch vrid=54 name=never ip=198.51.100.101/24' >"$LAB/us.vr"
    kill -HUP "$RUN"
    until_true 10 grep -q 'the configuration stays as it was' "$LAB/us.run"
    printf '%s\n' "$stays" 'vr if=eth1 vrid=53 prio=' >"$LAB/us.vr"
    kill -HUP "$RUN"
    until_true 10 grep -q 'us.vr:2: prio' "$LAB/us.run"
    ctl us status >"$LAB/answer"
    echo "$stays" >"$LAB/us.vr"
    kill -HUP "$RUN"
    until_true 10 grep -q '1 virtual router from now on' "$LAB/us.run"
    until_true 10 eval 'tr "\0" " " <"/proc/$(run_pid us vrrp-listen)/cmdline" | grep -q "vrrp-listen eth0 vrid=51 $"'
    sleep 0.5
    mark stops
    run_stop us
    "$BUILD/vrrp-elect" -t <"$LAB/log" >"$LAB/replay" 2>"$LAB/replay.err"
}

# vrrp-listen hears the VRID of the file; one is added to the running election, which another router has, then one to the
# file. A vrrp-listen takes a second to begin, and whatever may show that it has is inherited (no_new_privs).
narrow() {
    lab_begin "$LAB" us peer
    record
    mkdir "$LAB/bin"
    ln -s "$BUILD"/v[ri]* "$LAB/bin"
    rm "$LAB/bin/vrrp-run" "$LAB/bin/vrrp-listen"
    cp "$BUILD/vrrp-run" "$LAB/bin/real"
    printf '%s\n' '#!/bin/sh' 'exec setpriv --no-new-privs "${0%/*}/real" "$@"' >"$LAB/bin/vrrp-run"
    printf '%s\n' '#!/bin/sh' 'sleep 1' "exec $BUILD/vrrp-listen \"\$@\"" >"$LAB/bin/vrrp-listen"
    chmod +x "$LAB/bin/vrrp-run" "$LAB/bin/vrrp-listen"
    echo 'vr if=eth0 vrid=60 prio=200 interval=1s name=theirs ip=192.0.2.101/24' >"$LAB/peer.vr"
    run_start peer
    echo 'vr if=eth0 vrid=51 prio=150 interval=100ms name=web ip=192.0.2.100/24' >"$LAB/us.vr"
    BESIDE=$LAB/bin run_start us -l "$LAB/log"
    until_true 10 run_is us web active
    until_true 10 run_is peer theirs active
    until_true 10 heard "$peer" '==200' "$(calc "$EPOCHREALTIME + 0.5")"
    grep -c ' vrid=60 ' "$LAB/log" >"$LAB/before" || :
    mark added
    ctl us vr if=eth0 vrid=60 prio=100 interval=1s name=added ip=192.0.2.101/24
    until_true 10 grep -q ' advert .* vrid=60 ' "$LAB/log"
    sleep 4.5 # longer than an Active_Down_Interval
    run_state us added >"$LAB/added"
    echo 'vr if=eth0 vrid=61 prio=150 interval=100ms name=more ip=192.0.2.102/24' >>"$LAB/us.vr"
    kill -HUP "$RUN"
    until_true 10 run_is us more active
    until_true 10 eval 'tr "\0" " " <"/proc/$(run_pid us vrrp-listen)/cmdline" | grep -q " eth0 vrid=51,61 $"'
    mark stops
    run_stop us
    run_stop peer
}

# The disk of the log is full: in a mount namespace of its own, 128 kB.
full() {
    local n
    lab_begin "$LAB" us
    record
    for n in {1..12}; do
        echo "vr if=eth0 vrid=$n prio=$((100 + n)) interval=100ms name=v$n ip=192.0.2.$((100 + n))/24"
    done >"$LAB/us.vr"
    mkdir "$LAB/small" "$LAB/bin"
    # shellcheck disable=SC2016 # it is for the shell inside
    printf '%s\n' '#!/bin/sh' 'exec unshare -m --propagation private sh -c "mount -t tmpfs -o size=128k none $SMALL &&
        exec $BUILD/vrrp-run \"\$@\"" vrrp-run "$@"' >"$LAB/bin/vrrp-run"
    chmod +x "$LAB/bin/vrrp-run"
    SMALL=$LAB/small BESIDE=$LAB/bin run_start us -l "$LAB/small/log"
    until_true 10 run_is us v1 active
    sleep 0.5
    mark writes
    until_true 30 grep -q 'No space left on device; lines are lost' "$LAB/us.run"
    sleep 2
    mark stops
    ctl us status >"$LAB/answer"
    run_stop us
}

# keepalived is Active here, and vrrp-run would be with a higher priority: it only says so.
shadow() {
    lab_begin "$LAB" us peer
    record
    keepalived_start us 3 4 100 1
    keepalived_start peer 3 4 50 1
    until_true 15 heard "$us" '==100'
    vr_conf "$LAB/us.vr" 3 4 200 interval=1s name=web
    run_start us --shadow -l "$LAB/log"
    until_true 15 grep -q ' state .* to=active .* shadow=yes' "$LAB/log"
    has_address us "$VIP4"
    mark decided
    sleep 1.5
    run_stop us
    has_address us "$VIP4"
    mark over
    sleep 1.2
}

# Both are there: the Active yields, and it is done when the other one speaks.
yields() {
    lab_begin "$LAB" us peer
    record
    vr_conf "$LAB/us.vr" 3 4 150 interval=500ms name=web
    vr_conf "$LAB/peer.vr" 3 4 100 interval=500ms name=web
    run_start peer
    until_true 10 run_is peer web active
    run_start us -l "$LAB/log"
    until_true 10 run_is us web active
    until_true 10 lacks_address peer "$VIP4"
    mark yields
    ctl us yield name=web
    mark yielded
    until_true 10 lacks_address us "$VIP4"
    until_true 10 has_address peer "$VIP4"
    sleep 1
    run_is us web backup
    # It would not be done now: nobody else is there any more.
    run_stop peer
    until_true 10 run_is us web active
    ctl us yield name=web && return 1
    ctl us track name=x state=up
    ctl us stop
    until_true 10 test -s "$LAB/us.status"
    ctl us status 2>>"$LAB/nobody" || echo "$?" >>"$LAB/nobody"
}

# --- what is to be seen ----------------------------------------------------------------------------------------------

longest_gap() { # ADDRESS PRIORITY-TEST FROM TO
    adverts "$@" | awk 'last && $1 - last > gap { gap = $1 - last } { last = $1 } END { printf "%.3f\n", gap + 0 }'
}

@test "a router from a file becomes Active and answers; its status tells so" {
    finished life
    heard "$us" '==100' 0 "$stops"
    heard fe80::1 '==100' 0 "$stops"
    holds "$(ping_answers ping "$up" "$stops") >= 5"
    [ "$("$BUILD/vrrp-pick" -k name,state status <"$LAB/answer")" = $'web\tactive\neth0-v6-51\tactive' ]
}
@test "TERM: priority 0, addresses gone, exit 0, no process and no FIFO left" {
    finished life
    [ "$(<"$LAB/us.status")" = 0 ]
    [ "$(advert_count "$us" '==0' "$stops" "$over")" = 1 ]
    [ "$(advert_count fe80::1 '==0' "$stops" "$over")" = 1 ]
    [ "$(advert_count "$us" '>0' "$(advert_last "$us" '==0')" "$over")" = 0 ]
    [ "$(<"$LAB/left")" = lock ]
    [ "$(<"$LAB/processes")" = 1 ] # the sleeper that holds the namespace
    [ ! -s "$LAB/us.run" ]
}
@test "its log replays to the decisions that were taken" {
    finished life
    [ ! -s "$LAB/replay.err" ]
    holds "$(decisions "$LAB/log" | grep -c ' state ') >= 6"
    diff <(decisions "$LAB/log") <(decisions "$LAB/replay")
}

@test "its log has the announcements of its virtual routers" {
    finished life
    [ "$(grep -c " announce if=eth0 af=4 vrid=51 dir=out ip=$VIP4 .* op=garp" "$LAB/log")" -ge 5 ]
    [ "$(grep -c " announce if=eth0 af=6 vrid=51 dir=out ip=$VIP6 .* op=na " "$LAB/log")" -ge 5 ]
}

@test "each stage that is killed is told of, and the router holds its addresses again" {
    finished deaths
    local stage name
    for stage in vrrp-listen vrrp-elect vrrp-advert vip-follow; do
        grep -qE "^vrrp-run: $stage \(pid [0-9]+\) was killed by signal 9 \(Killed\)$" "$LAB/us.run"
        name=$(tr - _ <<<"$stage")
        heard "$us" '==150' "${!name}"
    done
    [ "$(<"$LAB/us.status")" = 0 ]
    [ "$(<"$LAB/peer.status")" = 0 ]
}
@test "and two routers have the address no longer than a lease, nobody no longer than it takes to notice" {
    finished deaths
    # lease=1s, and R and the kernel's look at it, each a second.
    [ "$(wc -l <"$LAB/holders")" -ge 20 ]
    awk -v until="$stops" '
        $1 > until { next }
        { if ($2 != n) { since = $1; n = $2 } if ($1 - since > longest[n]) longest[n] = $1 - since }
        END { printf "two: %.2f s, none: %.2f s\n", longest[2], longest[0]
              exit longest[2] > 3 || longest[0] > 3 }' "$LAB/holders"
}

@test "vrrp-run is killed: the router goes on, another one is refused and names who is there" {
    finished orphans
    holds "$(longest_gap "$us" '>0' "$(calc "$killed - 0.3")" "$replaced") < 0.3"
    grep -qE "its vrrp-run is gone, but these run on: vrrp-listen \(pid [0-9]+\), vrrp-elect" "$LAB/refused"
    [ "$(tail -n 1 "$LAB/refused")" = 1 ]
    grep -q 'name=web state=active' "$LAB/answer"
}
@test "--replace ends what is left, cleanly, and takes over" {
    finished orphans
    grep -q 'vrrp-elect (pid [0-9]*) is asked to end' "$LAB/us.run"
    [ "$(advert_count "$us" '==0' "$replaced")" = 2 ] # the one that is replaced, and this one
    [ "$(<"$LAB/us.status")" = 0 ]
}

@test "HUP: one comes, one goes, and who stays notices nothing" {
    finished reloads
    grep -q 'inet 198.51.100.100/24 ' "$LAB/eth1"
    [ "$(advert_count "$us" '==0' "$before" "$stops")" = 1 ] # of the one that goes
    [ "$("$BUILD/vrrp-pick" -k name,state status <"$LAB/answer")" = $'stays\tactive\ncomes\tactive' ]
    [ "$("$BUILD/vrrp-pick" -k to state name=stays <"$LAB/log" | tr '\n' ' ')" = "backup active init " ]
    # Not one of its advertisements is late by more than a busy machine may be, though another vrrp-listen came three times.
    holds "$(longest_gap "$us" '==100' "$before" "$stops") < 0.3"
    holds "$(advert_count "$us" '==100' "$before" "$stops") >= ($stops - $before) * 10 * 0.9"
    [ "$(grep -c ' clock .* source=live$' "$LAB/log")" -eq 4 ]
}
@test "HUP: an interface that is not there, or a file that is wrong, changes nothing" {
    finished reloads
    grep -q '^vrrp-listen: .*nosuch' "$LAB/us.run"
    [ "$(grep -c 'us.vr: .*the configuration stays as it was' "$LAB/us.run")" -eq 2 ]
    [ "$("$BUILD/vrrp-pick" state name=never <"$LAB/log" | wc -l)" -eq 0 ]
    [ "$(<"$LAB/us.status")" = 0 ]
}
@test "and the log of it replays to the decisions that were taken" {
    finished reloads
    diff <(decisions "$LAB/log") <(decisions "$LAB/replay")
}

@test "vrrp-listen is given the VRIDs of the file; one that is added is heard before it could take over" {
    finished narrow
    [ "$(<"$LAB/before")" = 0 ]
    [ "$(<"$LAB/added")" = backup ]
    [ "$(advert_count "$us" '==100')" = 0 ]
    heard "$us" '==150' "$(calc "$stops - 0.5")"
    run cat "$LAB/us.run"
    [ "${lines[*]}" = "vrrp-run: $LAB/us.vr: 2 virtual routers from now on" ]
}
@test "and no moment passes between one vrrp-listen and the other" {
    finished narrow
    # each has a clock line: at the start, for the one that was added, for the file, and without what is gone from it
    [ "$(grep -c ' clock .* source=live$' "$LAB/log")" -eq 4 ]
    holds "$(awk -v from="$added" -v to="$stops" '$2 == "tick" && $1 > from && $1 < to {
        if (last && $1 - last > gap) gap = $1 - last
        last = $1 } END { print gap + 0 }' "$LAB/log") < 0.5"
}

@test "a full disk under the log costs lines, not advertisements" {
    finished full
    local n
    for n in 1 6 12; do
        holds "$(longest_gap "$us" "==$((100 + n))" "$writes" "$stops") < 0.3"
    done
    [ "$("$BUILD/vrrp-pick" state=active <"$LAB/answer" | wc -l)" -eq 12 ]
    [ "$(grep -c 'No space left on device' "$LAB/us.run")" -ge 1 ]
    [ "$(<"$LAB/us.status")" = 0 ]
}

@test "--shadow beside keepalived: it says what it would do, and touches nothing" {
    finished shadow
    # its own daemon has the lower priority: it would take over
    grep -q ' state if=eth0 .* from=backup to=active why=preempted .* shadow=yes' "$LAB/log"
    [ "$(advert_count "$us" '!=100')" = 0 ]
    heard "$us" '==100' "$over"
    [ "$("$BUILD/vrrp-pick" send <"$LAB/log" | wc -l)" -eq 0 ]
    [ "$(<"$LAB/us.status")" = 0 ]
}

@test "vrrp-ctl yield ends once the other router speaks, and not without" {
    finished yields
    heard "$peer" '==100' "$yields" "$yielded"
    [ "$(advert_count "$us" '>0' "$(advert_last "$us" '==0' 0 "$yielded")" "$yielded")" = 0 ]
    grep -q 'no-such\|there is no such FIFO' "$LAB/nobody"
    [ "$(tail -n 1 "$LAB/nobody")" = 3 ]
    [ "$(<"$LAB/us.status")" = 0 ]
    grep -q 'the router was stopped' "$LAB/us.run"
    grep -q 'it is Active again: no other router took over' "$LAB/log"
}
@test "and the log tells why it failed over, and when the hosts were told" {
    finished yields
    "$BUILD/vrrp-explain" <"$LAB/log" >"$LAB/report"
    cat "$LAB/report"
    # to us, and back to the other one when we yield
    grep -q "^  Reign 2: $us after $peer, preempted" "$LAB/report"
    grep -q "^  Reign 3: $peer after $us, resigned" "$LAB/report"
    [ "$(grep -cE "^    announced +$VIP4 [0-9]+ times, first after " "$LAB/report")" -ge 2 ]
}
