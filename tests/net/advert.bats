#!/usr/bin/env bats
# shellcheck disable=SC2154 # bats makes stderr
# vrrp-advert on a wire: what leaves, and when; what never does; how it ends.

bats_require_minimum_version 1.5.0
load lib.bash

setup_file() {
    export SHARED=$BATS_FILE_TMPDIR/lab
    lab_begin "$SHARED" us peer
    record
}

teardown_file() {
    lab_end "$SHARED"
}

setup() {
    LAB=$SHARED
    cd "$BATS_TEST_TMPDIR" || return 1
    # A virtual router for each test, so that each finds its own in the one recording.
    vrid=$((100 + BATS_TEST_NUMBER))
    v4="if=eth0 vrid=$vrid prio=100 ip=192.0.2.200"
}

# advert ARGUMENT...: vrrp-advert on our host; its input and output are the caller's.
advert() { timeout 60 nsenter -n"/proc/$(<"$LAB/us.ns")/ns/net" -- "$BUILD/vrrp-advert" "$@"; }

# on_wire [PRIORITY]: how many of this test's adverts were recorded, of this priority if it is given.
on_wire() { grep -cE "vrid $vrid, prio ${1:-[0-9]+}," "$LAB/recording" || true; }
wire_has() { [ "$(on_wire "$1")" -ge "${2:-1}" ]; }
# What was sent by now is in the recording once something that was sent later is.
settle() {
    local before
    before=$(marks)
    advert -F -c 1 if=eth0 vrid=99 ip=192.0.2.200 >/dev/null
    until_true 10 marked "$before"
}
marks() { grep -c 'vrid 99,' "$LAB/recording" || true; }
marked() { [ "$(marks)" -gt "$1" ]; }

# filter_start NAME [COMMAND...]: vrrp-advert reads what is written to fd 8, COMMAND (default: cat into NAME.out) what
# it writes. Its pid is in FILTER, its exit status comes into NAME.status, its messages into NAME.err.
filter_start() {
    local name=$1
    shift
    mkfifo "$name.in"
    nsenter -n"/proc/$(<"$LAB/us.ns")/ns/net" -- bash -c '
        name=$1 build=$2
        shift 2
        {
            bash -c "echo \$\$ >$name.pid; exec $build/vrrp-advert" <"$name.in" 2>"$name.err"
            echo $? >"$name.status"
        } | "$@"
    ' filter "$name" "$BUILD" "${@:-tee}" >"$name.out" 2>/dev/null 3>&- 8>&- &
    lab_owns "$!"
    exec 8>"$name.in"
    until_true 10 test -s "$name.pid"
    FILTER=$(<"$name.pid")
    lab_owns "$FILTER"
}
filter_end() {
    exec 8>&-
    until_true 20 test -s "$1.status"
}
status_is() { [ "$(<"$1.status")" -eq "$2" ]; }
out_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }
out_has() { grep -qE "$@"; }

@test "a send leaves as RFC 9568 has it, and goes on unchanged" {
    {
        echo "send $v4"
        echo "send if=eth0 af=6 vrid=$vrid prio=100 ip=fe80::200,2001:db8::200 vmac=yes"
    } >in
    start bridge full tcpdump -Z root -i br0 -p -n -e -vv -l --immediate-mode "ip proto 112 or ip6 proto 112"
    until_true 10 grep -q 'listening on' "$LAB/full"
    advert <in >out
    head -n 2 out | cmp - in
    until_true 10 out_has "vrid $vrid, prio 0,.*2001:db8::200" "$LAB/full"
    grep -A 1 '02:00:00:00:00:01 > 01:00:5e:00:00:12, .*tos 0xc0, ttl 255, .*proto VRRP' "$LAB/full" |
        grep "192.0.2.1 > 224.0.0.18: VRRPv3, Advertisement, vrid $vrid, prio 100, intvl 100cs, length 12" |
        grep -q "addrs: 192.0.2.200$"
    grep "00:00:5e:00:02:$(printf %02x "$vrid") > 33:33:00:00:00:12, .*class 0xc0, hlim 255" "$LAB/full" |
        grep -q "fe80::1 > ff02::12: VRRPv3, Advertisement, vrid $vrid, prio 100, .*addrs(2): fe80::200,2001:db8::200$"
    grep "vrid $vrid," "$LAB/full" >own
    run ! grep -i bad own
}

@test "end of input: priority 0 for what is still advertised, in lines too, exit 0" {
    {
        echo "send $v4"
        echo "send ${v4/vrid=$vrid/vrid=90}"
        echo "state if=eth0 af=4 vrid=90 from=active to=backup why=priority prio=100"
    } | advert >out
    until_true 10 wire_has 0
    [ "$(grep -c ' prio=0 ' out)" -eq 1 ]
    grep -q " send if=eth0 af=4 vrid=$vrid .* prio=0 " out
    tail -n 1 out | grep -q " state if=eth0 af=4 vrid=$vrid .* from=active to=init why=upstream "
    settle
    [ "$(on_wire 0)" -eq 1 ]
    run ! grep -q 'vrid 90, prio 0,' "$LAB/recording" # it is another's now
}

@test "a reader that goes away: priority 0 at once, exit 3" {
    filter_start gone head -n 1
    echo "send $v4" >&8
    until_true 10 test -s gone.status # nothing more was written to it
    status_is gone 3
    until_true 10 wire_has 0
    grep -q 'the reader of my lines is gone' gone.err
}

@test "a reader that goes away, and a fence that nobody shuts: nothing is sent, exit 3" {
    filter_start fenced head -n 1
    echo "send $v4 fence=3s" >&8
    until_true 10 test -s fenced.status
    status_is fenced 3
    grep -q 'nothing was sent for 1 virtual router behind a fence' fenced.err
    settle
    [ "$(on_wire 0)" -eq 0 ]
}

@test "a reader that stops: priority 0, exit 3" {
    filter_start stopped bash -c 'echo $$ >reader; kill -STOP $$'
    until_true 10 test -s reader
    lab_owns "$(<reader)"
    for ((i = 0; i < 2000; i++)); do # more than a pipe of 4,096 bytes takes
        echo "send $v4 interval=100ms"
        sleep 0.02
    done 2>/dev/null >&8 &
    lab_owns "$!"
    until_true 10 test -s stopped.status
    status_is stopped 3
    until_true 10 wire_has 0
    grep -q 'has stopped reading' stopped.err
}

@test "end of input after a resign, though the reader has stopped: it is not waited for, exit 3" {
    filter_start late bash -c 'echo $$ >reader; kill -STOP $$'
    until_true 10 test -s reader
    lab_owns "$(<reader)"
    {
        echo "send $v4 interval=100ms"
        for ((i = 0; i < 200; i++)); do
            echo "# more than a pipe of 4,096 bytes takes"
        done
        echo "send if=eth0 vrid=$vrid prio=0 interval=100ms ip=192.0.2.200"
        echo "state if=eth0 vrid=$vrid from=active to=init why=shutdown prio=100 interval=100ms ip=192.0.2.200"
        for ((i = 0; i < 200; i++)); do
            echo "# the rest of the input"
        done
    } >&8
    until_true 10 wire_has 0
    filter_end late
    status_is late 3
    grep -q 'has stopped reading; priority 0 was sent for 0 virtual routers' late.err
    [ "$(on_wire 0)" -eq 1 ]
}

@test "INT, TERM: it goes on to end of input; HUP is nothing" {
    filter_start signals
    echo "send $v4" >&8
    until_true 10 wire_has 100 1
    kill -HUP "$FILTER"
    kill -INT "$FILTER"
    kill -TERM "$FILTER"
    echo "send $v4" >&8
    until_true 10 wire_has 100 2
    [ "$(on_wire 0)" -eq 0 ]
    filter_end signals
    status_is signals 0
    until_true 10 wire_has 0
    out_has 'why=upstream' signals.out
}

@test "TERM and no end of input: 2.25 seconds, then as at end of input" {
    filter_start term
    echo "send $v4" >&8
    until_true 10 wire_has 100
    before=$(now)
    kill -TERM "$FILTER"
    until_true 10 test -s term.status
    holds "$(now) - $before > 2.1"
    status_is term 0
    until_true 10 wire_has 0
    out_has 'why=upstream' term.out
}

# stale WORDS...: these lines leave nothing on the wire, go on unchanged, and stderr has each of WORDS.
stale() {
    local before word
    before=$(on_wire)
    advert <in >out 2>err
    cat err
    cmp in out
    for word; do
        grep -qF -- "$word" err
    done
    settle
    [ "$(on_wire)" -eq "$before" ]
}

@test "replayed, old, foreign and future lines never leave; why is said once, with a count" {
    boot=$(</proc/sys/kernel/random/boot_id)
    t=$EPOCHREALTIME
    read -r mono _ </proc/uptime
    { for i in 1 2 3; do echo "$t send $v4 replay=yes"; done; echo "send $v4 replay=yes"; } >in
    stale 'replay=yes' '4 advertisements not sent'
    [ "$(grep -c 'standard input:' err)" -eq 1 ]
    { echo "$t clock mono=$mono boot=$boot source=file"; echo "$t send $v4"; echo "send $v4"; } >in
    stale 'source=file' '2 advertisements not sent'
    { echo "$t clock mono=$mono boot=00000000-0000-0000-0000-000000000000 source=live"; echo "$t send $v4"; } >in
    stale 'another boot' '1 advertisement not sent'
    { echo "$((${t%.*} - 86400)).5 send $v4"; echo "$((${t%.*} - 4)).0 send $v4"; } >in
    stale 'older than one Active_Down_Interval' '2 advertisements not sent'
    { echo "$((${t%.*} - 10)).5 clock mono=$(calc "$mono - 10") boot=$boot source=live"
      echo "$((${t%.*} - 10)).6 send $v4"; } >in
    stale 'older than one Active_Down_Interval'
    echo "$((${t%.*} + 86400)).5 send $v4" >in
    stale 'ahead of the clock'
}

@test "after a step of the wall clock lines are still fresh by the steady clock" {
    boot=$(</proc/sys/kernel/random/boot_id)
    read -r mono _ </proc/uptime
    { echo "1000.0 clock mono=$mono boot=$boot source=live"; echo "1000.1 send $v4"; } >in
    advert <in >out 2>err
    [ ! -s err ]
    head -n 2 out | cmp - in
    until_true 10 wire_has 100
}

@test "a last line that was cut off is not acted on" {
    printf '%s' "send ${v4}" | advert >out 2>err
    [ ! -s out ]
    grep -q 'cut off' err
    settle
    [ "$(on_wire)" -eq 0 ]
}

@test "an interface that goes down, disappears and comes back" {
    lab_begin "$BATS_TEST_TMPDIR/own" us
    record
    filter_start link
    say() { # EXPECTED: one more send, and how it comes out
        echo "send $v4 src=192.0.2.1" >&8
        said=$((${said:-0} + 1))
        until_true 10 out_lines link.out "$said"
        sed -n "${said}p" link.out | grep -qE "src=192.0.2.1$1\$"
    }
    say ''
    ns us ip link set eth0 down
    say ' err=ENETDOWN'
    ns us ip link set eth0 up
    say ''
    ns us ip link del eth0
    say ' err=(ENODEV|ENXIO)'
    sleep 0.2 # asking again is limited
    say ' err=(ENODEV|ENXIO)'
    ns bridge ip link add p1 type veth peer name eth0 netns "$(<"$LAB/us.ns")"
    ns bridge ip link set p1 master br0 up
    ns us ip link set eth0 up
    sleep 0.2
    say ''
    until_true 10 wire_has 100 3
    filter_end link
    status_is link 0
    [ "$(grep -c 'do not leave' link.err)" -le 2 ]
    lab_end "$LAB"
}

@test "an address that comes later is found" {
    lab_begin "$BATS_TEST_TMPDIR/own" us
    record
    ns us ip addr del 192.0.2.1/24 dev eth0
    filter_start address
    echo "send $v4" >&8
    until_true 10 out_has 'err=EADDRNOTAVAIL$' address.out
    ns us ip addr add 192.0.2.7/24 dev eth0
    sleep 0.2
    echo "send $v4" >&8
    until_true 10 heard 192.0.2.7 '>0'
    # and one that changes, without any failure
    ns us ip addr add 192.0.2.8/24 dev eth0
    ns us ip addr del 192.0.2.7/24 dev eth0
    ns us ip addr add 192.0.2.8/24 dev eth0 || true # a secondary goes with its primary
    for ((i = 0; i < 100; i++)); do
        echo "send $v4" >&8
        heard 192.0.2.8 '>0' && break
        sleep 0.1
    done
    heard 192.0.2.8 '>0'
    filter_end address
    lab_end "$LAB"
}

@test "an address that has just come back is found by the first send, though it was looked for in vain" {
    lab_begin "$BATS_TEST_TMPDIR/own" us
    record
    filter_start back
    echo "send $v4" >&8
    until_true 10 out_lines back.out 1
    ns us ip addr del 192.0.2.1/24 dev eth0
    sleep 1.1 # then any line lets it look again
    echo "notice what=look" >&8
    until_true 10 out_lines back.out 2
    sleep 0.2
    ns us ip addr add 192.0.2.7/24 dev eth0
    echo "send $v4" >&8
    until_true 10 out_lines back.out 3
    until_true 10 heard 192.0.2.7 '>0'
    if grep err= back.out; then return 1; fi
    filter_end back
    lab_end "$LAB"
}

@test "a standard stream that is closed: exit 3, and its number is not a socket's" {
    us() { timeout 60 nsenter -n"/proc/$(<"$LAB/us.ns")/ns/net" bash -c "exec '$BUILD/vrrp-advert' $1"; }
    run -3 --separate-stderr us '<&-'
    [ "$stderr" = "vrrp-advert: standard input: Bad file descriptor" ]
    run -3 --separate-stderr us "-F -c 1 $v4 >&-"
    [ "$stderr" = "vrrp-advert: standard output: Bad file descriptor" ]
    settle
    [ "$(on_wire)" -eq 0 ]
    start us noerr bash -c "exec '$BUILD/vrrp-advert' -F $v4 2>&-"
    until_true 10 wire_has 100
    [ "$(readlink "/proc/$PID/fd/2")" = /dev/null ]
    kill -TERM "$PID"
    until_true 10 stopped "$PID"
}

@test "once its socket is open it has no privilege left, by hand neither" {
    no_capability() { [ "$(grep -cE '^Cap(Inh|Prm|Eff|Bnd|Amb):\s0+$' "/proc/$1/status")" -eq 5 ]; }
    filter_start privilege
    echo "send $v4" >&8
    until_true 10 wire_has 100
    no_capability "$FILTER"
    grep -q '^NoNewPrivs:\s1$' "/proc/$FILTER/status"
    filter_end privilege
    start us hand "$BUILD/vrrp-advert" -F if=eth0 vrid=$((vrid + 100)) ip=192.0.2.201
    until_true 10 grep -q ' send ' "$LAB/hand"
    no_capability "$PID"
    kill -TERM "$PID"
    until_true 10 stopped "$PID"
}

@test "by hand beside a live Active: refused, exit 1, and it is named; -F sends" {
    start peer active "$BUILD/vrrp-advert" -F if=eth0 vrid="$vrid" prio=50 interval=100ms ip=192.0.2.200
    until_true 10 wire_has 50
    # shellcheck disable=SC2086
    run -1 --separate-stderr advert $v4 interval=100ms
    [ -z "$output" ]
    [[ "$stderr" == *"192.0.2.2"*"vrid $vrid"*"priority 50"*"interval 100ms"* ]]
    # shellcheck disable=SC2086
    run -1 advert ${v4/prio=100/prio=0} interval=100ms # a resign would be a takeover, too
    # Another virtual router, another family: not in the way.
    advert -c 1 if=eth0 vrid=98 interval=50ms ip=192.0.2.200 >/dev/null
    advert -c 1 if=eth0 vrid="$vrid" interval=50ms ip=fe80::200 prio=99 >/dev/null
    settle
    [ "$(on_wire 100)" -eq 0 ] && [ "$(on_wire 99)" -eq 1 ] && [ "$(on_wire 0)" -eq 0 ]
    # shellcheck disable=SC2086
    advert -F -c 1 $v4 interval=100ms >/dev/null
    until_true 10 wire_has 100
    kill -TERM "$PID"
    until_true 10 stopped "$PID"
}

@test "by hand in a hurry beside an Active that takes its time: refused" {
    start peer slow "$BUILD/vrrp-advert" -F if=eth0 vrid="$vrid" prio=50 interval=1s ip=192.0.2.200
    until_true 10 wire_has 50
    # shellcheck disable=SC2086
    run -1 --separate-stderr advert $v4 interval=10ms
    [[ "$stderr" == *"interval 1s"* ]]
    [ "$(on_wire 100)" -eq 0 ]
    kill -TERM "$PID"
    until_true 10 stopped "$PID"
}

@test "by hand it also hears this host's own" {
    start us own "$BUILD/vrrp-advert" -F if=eth0 vrid="$vrid" interval=100ms ip=192.0.2.200
    own=$PID
    until_true 10 wire_has 100
    # shellcheck disable=SC2086
    run -1 --separate-stderr advert $v4 interval=100ms
    [[ "$stderr" == *"192.0.2.1 (this host)"* ]]
    kill -TERM "$own"
    until_true 10 stopped "$own"
}

@test "by hand: INT resigns; -c ends without; a reader that goes away is exit 3 with a resign" {
    # shellcheck disable=SC2086
    start us hand4 "$BUILD/vrrp-advert" -F $v4 interval=50ms
    until_true 10 wire_has 100 3
    [ "$(on_wire 0)" -eq 0 ]
    kill -INT "$PID"
    until_true 10 wire_has 0 1
    until_true 10 stopped "$PID"
    grep -q 'from=active to=init why=shutdown' "$LAB/hand4"
    # shellcheck disable=SC2086
    advert -F -c 2 $v4 interval=50ms >out
    [ "$(grep -c ' send ' out)" -eq 2 ]
    settle
    [ "$(on_wire 0)" -eq 1 ]
    # shellcheck disable=SC2086
    { advert -F $v4 interval=50ms 2>err || echo "$?" >left; } | head -n 2
    until_true 10 grep -qx 3 left
    until_true 10 wire_has 0 2
}

@test "by hand on an interface that is missing: exit 3; without an address: exit 2" {
    run -3 --separate-stderr advert if=eth9 vrid=1 ip=192.0.2.1
    [[ "$stderr" == "vrrp-advert: eth9: No such device"* ]]
    run -2 --separate-stderr advert if=lo vrid=1 ip=fe80::1
    [[ "$stderr" == *"src="* ]]
}

@test "adverts by hand keep their interval: absolute deadlines do not drift" {
    # shellcheck disable=SC2086
    advert -F -c 101 $v4 interval=20ms >out
    awk '$2 == "send" { t[++n] = $1 }
        END { span = t[n] - t[1]; print span; exit !(n == 101 && span > 1.95 && span < 2.4) }' out
}
