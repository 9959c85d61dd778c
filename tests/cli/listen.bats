#!/usr/bin/env bats
# vrrp-listen -r: capture files of all kinds to lines, filter words, -w, -c, -T, damage, bad usage.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    listen=$BUILD/vrrp-listen
    pcap=$root/tests/pcap
    capture=$pcap/keepalived.pcap
    golden=$pcap/keepalived.lines
    cd "$BATS_TEST_TMPDIR" || return 1
}

# refused STATUS MESSAGE ARGUMENT...: nothing on stdout, one message, this exit status.
refused() {
    local wanted=$1 message=$2 status=0
    shift 2
    "$listen" "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$wanted" ] && [ ! -s out ] && [ "$(head -n 1 err)" = "vrrp-listen: $message" ] && return
    echo "status $status, stdout: $(head -n 3 out), stderr: $(cat err)"
    return 1
}

@test "a real capture comes to its lines; the first is clock" {
    "$listen" -r "$capture" >out
    cmp "$golden" out
    [ "$(head -n 1 out)" = "1795343296.524787318 clock mono=1795343296.524787 boot=file source=file" ]
}

@test "pcapng, stdin, a pipe: the same lines" {
    "$listen" -r "$pcap/keepalived.pcapng" | cmp - "$golden"
    "$listen" -r - <"$capture" | cmp - "$golden"
    # shellcheck disable=SC2002 # it is to be a pipe
    cat "$capture" | "$listen" -r - | cmp - "$golden"
}

@test "Linux cooked v2 and v1, raw IP: what these have of it" {
    sed -e 's/ \(ver=[23] prio\)/ dir=in \1/' -e 's/ dmac=[0-9a-f:]*//' "$golden" >cooked
    "$listen" -r "$pcap/keepalived-sll2.pcap" | cmp - cooked
    sed -e '1s/787318/787000/' -e 's/^\([0-9]*\.[0-9]\{6\}\)[0-9]*/\1000/' cooked >cooked1
    "$listen" -r "$pcap/keepalived-sll.pcap" | cmp - cooked1
    sed -e 's/ [sd]mac=[0-9a-f:]*//g' "$golden" >raw
    "$listen" -r "$pcap/keepalived-raw.pcap" | cmp - raw
}

@test "-i names the interface of a file's lines" {
    "$listen" -i wan0 -r "$capture" >out
    sed 's/ advert / advert if=wan0 /' "$golden" | cmp - out
}

@test "-H writes times for people, and the filter reads them" {
    TZ=UTC "$listen" -H -r "$capture" >out
    [[ $(sed -n 2p out) == "2026-11-22T10:28:16.524787318+00:00 advert af=4 vrid=3 "* ]]
    [ "$(TZ=UTC "$listen" -H -r "$capture" 'time=1795343297..1795343298' | grep -c advert)" -eq \
        "$("$listen" -r "$capture" 'time=1795343297..1795343298' | grep -c advert)" ]
}

@test "too few descriptors are not taken for a missing interface" {
    # the leak sanitizer would want a descriptor
    export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
    run bash -c "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; ulimit -n 4; '$listen' lo 2>&1"
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: lo: Too many open files" ]
    refused 3 "nowhere0: no such device" nowhere0
}

# selects COUNT WORD...: so many of the capture's adverts match, and the clock line is there.
selects() {
    local count=$1
    shift
    "$listen" -r "$capture" "$@" >out
    [ "$(grep -c ' clock ' out)" -eq 1 ] && [ "$(grep -c ' advert ' out || true)" -eq "$count" ] && return
    echo "$*: $(grep -c ' advert ' out) instead of $count"
    return 1
}

@test "filter words" {
    selects 107
    selects 8 vrid=2
    selects 16 vrid=2,22
    selects 20 af=6
    selects 87 af=4
    selects 6 prio=0
    selects "$(grep -c 'src=192.0.2.1 ' "$golden")" src=192.0.2.1
    selects "$(grep -c 'src=192.0.2.' "$golden")" src=192.0.2.1..192.0.2.9
    selects "$(grep -c 'vrid=3 .*src=192.0.2.2 ' "$golden")" vrid=3 src=192.0.2.2
    selects 8 auth=ah:unchecked
    selects 99 vrid!=2
    selects 30 flags=unicast
    selects 8 ip=192.0.2.123
    selects 16 interval=1s
    selects 91 interval=..999ms
    selects 0 vrid=200
}

@test "a wrong filter word is named, exit 2, before anything is read" {
    refused 2 "vrid=300: vrid: 0 to 255, or LOW..HIGH" -r /nonexistent vrid=300
    refused 2 "foo=1: no line of a packet has this key" -r /nonexistent foo=1
    refused 2 "af=5: af: 4 or 6" -r /nonexistent af=5
    refused 2 "vrid=: a value is missing" -r /nonexistent vrid=
    refused 2 "src=router: src: an address, or LOW..HIGH" -r /nonexistent src=router
    refused 2 "eth0: with -r the packets come from the file; -i NAME names their interface" -r /nonexistent eth0
    refused 2 "-i b: one name is enough for a file" -r /nonexistent -i a -i b
    refused 2 "-c 0: not a number from 1 to 18446744073709551615" -c 0 -r /nonexistent
    refused 2 "-T 3: not a duration such as 4s, 500ms or 2m" -T 3 -r /nonexistent
    refused 2 "-T 9223372036854775807us: too long" -T 9223372036854775807us -r /nonexistent
    refused 2 "-r: needs a value" -r
    for name in '' 'a b' eth0:1 a/b abcdefghijklmnopqrstuvwxyz; do
        refused 2 "-i $name: not an interface's name: 1..15 bytes without / : or blank" -r /nonexistent -i "$name"
        refused 2 "$name: not an interface's name: 1..15 bytes without / : or blank" "$name"
    done
    refused 2 "any: is every interface, no other can be named beside it" any eth0
}

@test "-c ends after so many adverts, -T gives up: exit status" {
    "$listen" -c 3 -r "$capture" >out
    [ "$(grep -c ' advert ' out)" -eq 3 ]
    "$listen" -c 1000 -r "$capture" >out
    "$listen" -T 10s -r "$capture" >out
    run "$listen" -T 10s -r "$capture" vrid=200
    [ "$status" -eq 1 ]
    run "$listen" -c 1000 -T 10s -r "$capture"
    [ "$status" -eq 1 ]
    run "$listen" -c 107 -T 10s -r "$capture"
    [ "$status" -eq 0 ]
}

@test "-T ends the wait for a pipe that says no more; what came is written at once" {
    mkfifo fifo
    "$listen" -T 1s -r fifo >out &
    pid=$!
    exec 7>fifo
    head -c 1000 "$capture" >&7
    for ((i = 0; i < 100; i++)); do
        [ "$(grep -c ' advert ' out)" -gt 5 ] && break
        sleep 0.1
    done
    [ "$(grep -c ' advert ' out)" -gt 5 ]
    wait "$pid"
    exec 7>&-
}

@test "TERM ends the wait for a pipe with 0, lines flushed" {
    mkfifo fifo
    "$listen" -r fifo >out &
    pid=$!
    exec 7>fifo
    head -c 1000 "$capture" >&7
    for ((i = 0; i < 100; i++)); do
        grep -q ' advert ' out && break
        sleep 0.1
    done
    kill -TERM "$pid"
    wait "$pid"
    exec 7>&-
    grep -q ' advert ' out
}

# gives_up ARGUMENT...: with -T 300ms it ends in time, with 1. stops ARGUMENT...: each signal ends it with 0.
gives_up() {
    local status=0
    timeout 20 "$listen" -T 300ms "$@" >out 2>err || status=$?
    [ "$status" -eq 1 ] && [ ! -s err ] && return
    echo "$*: status $status, $(cat err)"
    return 1
}
catches_term() {
    [ "$(cat "/proc/$1/comm")" = vrrp-listen ] && grep -q '^SigCgt:.*[4-7c-f][0-9a-f]\{3\}$' "/proc/$1/status"
}
stops() {
    local pid signal status
    for signal in INT TERM HUP; do
        status=0
        # a background job of a script ignores INT, so it gets it back
        env --default-signal=INT "$listen" "$@" >out 2>err 3>&- 7>&- &
        pid=$!
        until catches_term "$pid"; do sleep 0.01; done
        kill -"$signal" "$pid"
        timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
        wait "$pid" || status=$?
        [ "$status" -eq 0 ] && [ ! -s err ] && continue
        echo "$* $signal: status $status, $(cat err)"
        return 1
    done
}

@test "a pipe that says nothing, a FIFO without a writer, -w without a reader: -T and signals end the wait" {
    mkfifo fifo silent
    exec 7<>silent
    head -c 10 "$capture" >&7 # less than a header
    gives_up -r fifo
    gives_up -r silent
    gives_up -r - <silent
    gives_up -r "$capture" -w fifo
    stops -r fifo
    head -c 10 "$capture" >&7
    stops -r silent
    stops -r "$capture" -w fifo
    exec 7>&-
}

@test "-r and -w take FIFOs whose other end comes later" {
    mkfifo in out
    "$listen" -r in -w out >lines 3>&- &
    pid=$!
    sleep 0.3
    cat "$capture" >in &
    sleep 0.3
    timeout 20 cat out >copy
    wait "$pid"
    cmp "$golden" lines
    "$listen" -r copy | cmp - "$golden"
}

# ends_though_unread ARGUMENT...: with a reader that has stopped, TERM still ends it, with 0.
ends_though_unread() {
    local pid status=0
    "$listen" "$@" >unread 2>err &
    pid=$!
    sleep 1 # the pipe is full long before
    kill -TERM "$pid"
    timeout 30 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 0 ] && return
    echo "$*: status $status, $(cat err)"
    return 1
}

@test "TERM ends it also when its reader has stopped" {
    for ((i = 0; i < 100; i++)); do
        tail -c +25 "$capture"
    done >body
    head -c 24 "$capture" | cat - body >large.pcap
    mkfifo unread
    exec 7<>unread
    ends_though_unread -r large.pcap
    ends_though_unread -r large.pcap -w -
    exec 7>&-
}

# le BYTES NUMBER: little-endian, as printf wants it.
le() {
    local i n=$2
    for ((i = 0; i < $1; i++)); do
        printf '\\x%02x' $((n >> 8 * i & 255))
    done
}

# in_seconds SECONDS OFFSET: a pcapng file of one advert at that time, whose clock counts whole seconds.
in_seconds() {
    local frame
    frame=$(head -c $((24 + 16 + 46)) "$capture" | tail -c 46 | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')
    printf '%b' "$(le 4 $((0x0A0D0D0A)))$(le 4 28)$(le 4 $((0x1A2B3C4D)))$(le 2 1)$(le 2 0)$(le 8 -1)$(le 4 28)" \
        "$(le 4 1)$(le 4 44)$(le 2 1)$(le 2 0)$(le 4 0)" \
        "$(le 2 9)$(le 2 1)$(le 4 0)$(le 2 14)$(le 2 8)$(le 8 "$2")$(le 4 0)$(le 4 44)" \
        "$(le 4 6)$(le 4 80)$(le 4 0)$(le 4 $(($1 >> 32 & 0xffffffff)))$(le 4 $(($1 & 0xffffffff)))" \
        "$(le 4 46)$(le 4 46)$frame$(le 2 0)$(le 4 80)"
}

@test "a pcapng file that lies about its times: they stay within what a line can say" {
    for lie in "1 0 1.000000000" "0x7fffffffffffffff 0 9223372036.854775807" "9300000000 0 9223372036.854775807" \
        "5 -6 0.000000000" "5 -0x10000000000 0.000000000" "-1 0 0.000000000"; do
        read -r seconds offset expected <<<"$lie"
        in_seconds "$seconds" "$offset" >lie.pcapng
        "$listen" -r lie.pcapng >out
        [ "$(head -n 1 out)" = "$expected clock mono=${expected%???} boot=file source=file" ]
        [ "$(wc -l <out)" -eq 2 ]
        [[ $(TZ=UTC "$listen" -H -r lie.pcapng | tail -n 1) != 19[0-6]* ]]
    done
}

@test "-w makes a smaller capture: the same lines come of it" {
    "$listen" -r "$capture" -w small.pcap vrid=22 >out
    # clock is of the first packet of the file
    "$listen" -r small.pcap | sed 1d | cmp - <(sed 1d out)
    [ "$(grep -c ' advert ' out)" -eq 8 ]
    "$listen" -r "$capture" -w - vrid=22 | cmp - small.pcap
    "$listen" -r "$pcap/keepalived-sll2.pcap" -w cooked.pcap >out
    "$listen" -r cooked.pcap | cmp - out
    "$listen" -c 2 -r "$capture" -w two.pcap >out
    "$listen" -r two.pcap | cmp - out
}

@test "a truncated file: all whole packets, then a message with its name, exit 3" {
    size=$(stat -c %s "$capture")
    head -c $((size - 10)) "$capture" >cut.pcap
    status=0
    "$listen" -r cut.pcap >out 2>err || status=$?
    [ "$status" -eq 3 ]
    head -n -1 "$golden" | cmp - out
    grep -q '^vrrp-listen: cut.pcap: truncated' err
    [ "$(wc -l <err)" -eq 1 ]
}

@test "what is no capture: a message with its name, exit 3" {
    echo "no capture at all" >text
    refused 3 "text: unknown file format" -r text
    refused 3 "nosuch: No such file or directory" -r nosuch
    refused 3 ".: Is a directory" -r .
    : >empty
    refused 3 "empty: truncated dump file; tried to read 4 file header bytes, only got 0" -r empty
    refused 3 "standard input: truncated dump file; tried to read 4 file header bytes, only got 0" -r -
}

@test "what is no capture does not empty the file of -w" {
    echo "no capture at all, though it is long enough to be one" >text
    : >empty
    head -c 20 "$capture" >short
    for file in text empty short; do
        echo precious >kept
        run "$listen" -r "$file" -w kept
        [ "$status" -eq 3 ]
        [[ $output == "vrrp-listen: $file: "* ]]
        run "$listen" -r - -w kept <"$file"
        [ "$status" -eq 3 ]
        [ "$(<kept)" = precious ]
        run "$listen" -r "$file" -w new
        [ ! -e new ]
    done
}

@test "a capture without packets is fine, and has no line" {
    head -c 24 "$capture" >none.pcap
    "$listen" -r none.pcap >out
    [ ! -s out ]
    run "$listen" -T 1s -r none.pcap
    [ "$status" -eq 1 ]
}

@test "a full disk: exit 3, for lines and for -w" {
    run bash -c "'$listen' -r '$capture' 2>&1 >/dev/full"
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: standard output: No space left on device" ]
    run bash -c "'$listen' -r '$capture' -w /dev/full 2>&1 >/dev/null"
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: /dev/full: No space left on device" ]
    run bash -c "ulimit -f 0; '$listen' -r '$capture' 2>&1 >limited"
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: standard output: File too large" ]
    refused 3 "/nonexistent/out: No such file or directory" -r "$capture" -w /nonexistent/out
}

@test "a reader that goes away ends it quietly with 0" {
    for ((i = 0; i < 200; i++)); do
        tail -c +25 "$capture"
    done >body
    head -c 24 "$capture" | cat - body >large.pcap
    for how in "" "-w -"; do
        run bash -c "'$listen' -r large.pcap $how | head -c 100 >out; echo \${PIPESTATUS[0]}"
        [ "$output" = 0 ]
        [ "$(stat -c %s out)" -eq 100 ]
    done
}

@test "the file that is read is not written" {
    cp "$capture" both.pcap
    ln both.pcap other.pcap
    run "$listen" -r both.pcap -w other.pcap
    [ "$status" -eq 2 ]
    [[ $output == *"-w other.pcap: is the file that is read"* ]]
    run "$listen" -r - -w other.pcap <both.pcap
    [ "$status" -eq 2 ]
    run bash -c "'$listen' -r both.pcap -w - 2>&1 >>both.pcap"
    [ "$status" -eq 2 ]
    cmp both.pcap "$capture"
}

@test "stdout closed: exit 3 before anything is opened" {
    run bash -c "'$listen' -r '$capture' 2>&1 >&-"
    [ "$status" -eq 3 ]
}

@test "memory does not grow with the file" {
    for ((i = 0; i < 2000; i++)); do
        tail -c +25 "$capture"
    done >body
    head -c 24 "$capture" | cat - body >large.pcap
    [ "$(stat -c %s large.pcap)" -gt 15000000 ]
    # 60 MB of address space more than its libraries and the sanitizers' shadow need is plenty
    (
        case $BUILD in *asan*) ;; *) ulimit -v 60000 ;; esac
        "$listen" -r large.pcap
    ) >out
    [ "$(grep -c ' advert ' out)" -eq 214000 ]
}
