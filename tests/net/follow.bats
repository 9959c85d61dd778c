#!/usr/bin/env bats
# vip-follow, fed with lines by hand: what it holds and for how long, what it announces, how it ends. Hosts a and b on
# one segment, vip-follow on a.

load lib.bash
load follow.bash

setup() {
    lab_begin "$BATS_TEST_TMPDIR/lab" a b
    # shellcheck disable=SC2119
    [ "${NO_FOLLOW:-}" ] || follow
}

teardown() {
    exec 7>&-
    lab_end "$BATS_TEST_TMPDIR/lab"
}

# hold LEASE: an IPv4 and an IPv6 address, with a send every 100 ms until vip-follow is gone.
hold() {
    while send 51 192.0.2.100 "lease=$1" && send 52 2001:db8::100 "lease=$1"; do
        sleep 0.1
    done 2>/dev/null 3>&- &
    lab_owns "$!"
}

addresses() { # FAMILY
    ns a ip -o "-$1" addr show dev eth0 |
        sed -E 's/.* inet6? ([^ ]*) .*valid_lft ([^ ]*) .*/\1 \2/' | sort
}
has_line() { addresses "$1" | grep -qE "^$2\$"; }
lacks_line() { ! has_line "$@"; }
ours() { [ -n "$(ns a "$BUILD/vip-down" -n eth0 "$1" 2>/dev/null)" ]; } # with our tag

hear() {
    start b heard tcpdump -Z root -i eth0 -n -tt -l --immediate-mode 'arp or icmp6' 7>&- # or input would not end
    until_true 10 grep -q 'listening on' "$LAB/heard"
}
heard() { # ADDRESS: the times of its announcements
    grep -E "tell $1[, ]|Announcement $1|tgt is $1[, ]" "$LAB/heard" | cut -d' ' -f1
}
heard_times() { [ "$(heard "$1" | wc -l)" -eq "$2" ]; }

@test "a send sets and announces, a state away from active removes, each line is passed on unchanged" {
    hear
    lines=(
        '# a comment'
        ''
        'clock mono=1.000000 boot=another source=file'
        "$(date +%s.%N) notice if=eth0 what=something new=key"
        'nobody knows=this'
    )
    tell "${lines[0]}" "${lines[1]}" "${lines[4]}" "${lines[3]}"
    send 51 192.0.2.100,192.0.2.101/24 lease=4s announce=yes
    send 52 fe80::100,2001:db8::100 lease=4s
    until_true 5 has_line 4 '192.0.2.100/32 [45]sec'
    until_true 5 has_line 4 '192.0.2.101/24 [45]sec'
    until_true 5 has_line 6 '2001:db8::100/128 [45]sec'
    for ip in 192.0.2.100 192.0.2.101 2001:db8::100 fe80::100; do
        until_true 5 heard_times "$ip" 1
        ours "$ip"
    done
    ns b ping -c 1 -W 2 192.0.2.100
    state 51 192.0.2.100,192.0.2.101/24 backup
    until_true 5 lacks_address a 192.0.2.100
    until_true 5 lacks_address a 192.0.2.101
    has_address a 2001:db8::100
    state 52 fe80::100,2001:db8::100 fault
    until_true 5 lacks_address a 2001:db8::100
    has_address a 192.0.2.1
    exec 7>&-
    ended 0
    [ ! -s "$LAB/err" ]
    { printf '%s\n' "${lines[0]}" "${lines[1]}" "${lines[4]}" "${lines[3]}"; } | cmp -n 40 - "$LAB/out"
    [ "$(wc -l <"$LAB/out")" -eq 8 ]
    grep -qxF "send if=eth0 vrid=51 prio=100 interval=100ms ip=192.0.2.100,192.0.2.101/24 garp=1,0s,0 lease=4s announce=yes" "$LAB/out"
}

@test "a lease is renewed while sends go on, and ends after kill -9" {
    hold 2s
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    sleep 4.5 # longer than a lease
    has_line 4 '192.0.2.100/32 [123]sec'
    has_line 6 '2001:db8::100/128 [123]sec'
    kill -9 "$FOLLOW"
    mark=$(now)
    has_address a 192.0.2.100
    until_true 8 lacks_address a 192.0.2.100
    took4=$(calc "$(now) - $mark")
    until_true 8 lacks_address a 2001:db8::100
    took6=$(calc "$(now) - $mark")
    # lease 2 s and R 1 s from a send that is R old at most; the kernel looks once a second, and the limits above are far
    holds "$took4 > 1.5 && $took6 > 1.5"
    [ ! -s "$LAB/err" ]
}

@test "when sends stop, the addresses go; the next send sets and announces them again" {
    hear
    send 51 192.0.2.100 lease=1s announce=yes
    until_true 5 has_address a 192.0.2.100
    until_true 6 lacks_address a 192.0.2.100
    said 'eth0: eth0-v4-51: no fresh send for longer than its lease'
    send 51 192.0.2.100 lease=1s
    until_true 5 has_address a 192.0.2.100
    until_true 5 heard_times 192.0.2.100 2
}

@test "when sends stop, nothing is put back or announced on the way out" {
    hear
    for _ in {1..20}; do # the newest send is younger than the one that the kernel's lease counts from
        send 51 192.0.2.100 lease=1s
        sleep 0.1
    done
    until_true 6 said 'no fresh send for longer than its lease'
    until_true 2 lacks_address a 192.0.2.100
    sleep 1
    heard_times 192.0.2.100 1
    [ "$(wc -l <"$LAB/err")" -eq 1 ]
}

@test "a send with priority 0 gives the addresses up, though no state follows" {
    send 51 192.0.2.100 lease=60s
    send 52 192.0.2.102 lease=60s
    until_true 5 has_address a 192.0.2.100
    tell "send if=eth0 vrid=51 prio=0 interval=100ms ip=192.0.2.100"
    until_true 5 lacks_address a 192.0.2.100
    has_address a 192.0.2.102
    tell "send if=eth0 vrid=52 prio=0 interval=100ms ip=192.0.2.102 err=ENETDOWN"
    until_true 5 lacks_address a 192.0.2.102
    exec 7>&-
    ended 0
}

@test "a send that vrrp-advert could not put on the wire holds nothing and renews nothing" {
    send 51 192.0.2.100 lease=1s err=ENETDOWN
    send 52 192.0.2.102 lease=1s
    until_true 5 has_address a 192.0.2.102
    lacks_address a 192.0.2.100
    for _ in {1..40}; do
        send 52 192.0.2.102 lease=1s err=ENETDOWN
        sleep 0.1
    done
    lacks_address a 192.0.2.102
    [ "$(grep -c err=ENETDOWN "$LAB/out")" -eq 41 ]
}

@test "lines that are not of now set nothing, and it is said once why" {
    boot=$(</proc/sys/kernel/random/boot_id)
    read -r uptime _ </proc/uptime
    time=$(now)
    old=$(calc "$time - 5")
    late="send if=eth0 vrid=51 prio=100 interval=1s ip=192.0.2.100 lease=4s"
    send 51 192.0.2.100 lease=4s replay=yes
    tell "${old}000 $late" "${old}000 $late"
    tell "$(calc "$time + 60") $late"
    tell "$time clock mono=$uptime boot=another source=live" "$time $late"
    tell "$time clock mono=$uptime boot=$boot source=file" "$time $late" "$late"
    # the wall clock may be anything: what counts is the steady one
    tell "1000.0 clock mono=$(calc "$uptime - 20") boot=$boot source=live" "1001.0 $late"
    send 53 192.0.2.103 lease=4s
    until_true 5 has_address a 192.0.2.103
    lacks_address a 192.0.2.100
    said_times 'this send line sets nothing: it is replayed (replay=yes) (told once)' 1
    said_times 'this send line sets nothing: it is older than one Active_Down_Interval (told once)' 1
    said_times 'this send line sets nothing: it is ahead of the clock (told once)' 1
    said_times 'this send line sets nothing: it is of another boot of a machine (clock boot=) (told once)' 1
    said_times 'this send line sets nothing: its source is a file (clock source=file) (told once)' 1
    # nor does an old state take anything
    tell "$(calc "1020 - 10") state if=eth0 vrid=53 from=active to=backup why=test prio=100 interval=100ms ip=192.0.2.103"
    tell "1020.0 $late"
    until_true 5 has_address a 192.0.2.100
    has_address a 192.0.2.103
}

@test "stopped and continued: old sends set nothing, but a state newer than the send that counts is true" {
    read -r uptime _ </proc/uptime
    tell "$(now) clock mono=$uptime boot=$(</proc/sys/kernel/random/boot_id) source=live"
    tell "$(now) send if=eth0 vrid=51 prio=100 interval=100ms ip=192.0.2.100 lease=9s"
    until_true 5 has_address a 192.0.2.100
    kill -STOP "$FOLLOW"
    tell "$(now) state if=eth0 vrid=51 from=active to=backup why=test prio=100 interval=100ms ip=192.0.2.100"
    tell "$(now) send if=eth0 vrid=52 prio=100 interval=100ms ip=192.0.2.102 lease=9s"
    sleep 1
    kill -CONT "$FOLLOW"
    until_true 5 lacks_address a 192.0.2.100
    lacks_address a 192.0.2.102
    said 'this send line sets nothing: it is older than one Active_Down_Interval'
}

@test "stopped for longer than its lease, and continued: nobody has taken the addresses away" {
    hold 1s # its lines are of when they are read
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    kill -STOP "$FOLLOW"
    until_true 8 lacks_address a 192.0.2.100
    until_true 8 lacks_address a 2001:db8::100
    kill -CONT "$FOLLOW"
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    said_times 'no fresh send for longer than its lease' 2
    said_times 'taken away' 0
}

@test "an address of somebody else's is announced, and otherwise left alone" {
    ns a ip addr add 192.0.2.100/24 dev eth0
    ns a ip addr add 2001:db8::100/64 dev eth0 nodad
    addresses 4 >"$LAB/before4"
    addresses 6 >"$LAB/before6"
    hear
    send 51 192.0.2.100,192.0.2.1 lease=1s
    send 52 2001:db8::100 lease=1s
    until_true 5 heard_times 192.0.2.100 1
    until_true 5 heard_times 2001:db8::100 1
    said 'eth0: 192.0.2.100/32 is there already and not ours: announced, but never leased or removed'
    sleep 3.5 # the lease ends
    addresses 4 | cmp - "$LAB/before4"
    addresses 6 | cmp - "$LAB/before6"
    send 51 192.0.2.100,192.0.2.1 lease=1s
    state 51 192.0.2.100,192.0.2.1 backup
    state 52 2001:db8::100 init
    send 53 192.0.2.103 lease=1s
    until_true 5 has_address a 192.0.2.103
    kill -9 "$FOLLOW"
    until_true 6 lacks_address a 192.0.2.103
    addresses 4 | cmp - "$LAB/before4"
    addresses 6 | cmp - "$LAB/before6"
}

@test "a backup that has the address all the same, by other hands, is told of it" {
    ns a ip addr add 192.0.2.100/24 dev eth0
    state 51 192.0.2.100,192.0.2.101 backup
    until_true 5 said 'eth0: 192.0.2.100/32 is there and not ours, though this host is a backup: two may answer for it'
    ns a ip addr add 192.0.2.101/24 dev eth0 # a daemon that comes later
    until_true 5 said 'eth0: 192.0.2.101/32 is there and not ours'
    state 51 192.0.2.100,192.0.2.101 backup
    state 51 192.0.2.100,192.0.2.101 init
    exec 7>&-
    ended 0
    [ "$(wc -l <"$LAB/err")" -eq 2 ]
    has_address a 192.0.2.100
    has_address a 192.0.2.101
}

@test "what somebody takes away while it is held is put back and announced" {
    hear
    send 51 192.0.2.100 lease=20s
    until_true 5 has_address a 192.0.2.100
    ns a ip addr del 192.0.2.100/32 dev eth0
    until_true 5 has_address a 192.0.2.100
    until_true 5 heard_times 192.0.2.100 2
    said 'eth0: 192.0.2.100/32 was taken away or changed by somebody else: put back'
    # what was foreign becomes ours once its owner takes it away
    ns a ip addr add 192.0.2.104/24 dev eth0
    send 54 192.0.2.104 lease=20s
    until_true 5 said 'eth0: 192.0.2.104/32 is there already'
    ns a ip addr del 192.0.2.104/24 dev eth0
    until_true 5 has_line 4 '192.0.2.104/32 [0-9]+sec'
}

@test "leftovers of a run that died wait for the first line of their virtual router" {
    send 51 192.0.2.101,192.0.2.102,192.0.2.103 # without a lease
    until_true 5 has_address a 192.0.2.103
    kill -9 "$FOLLOW"
    follow
    send 60 192.0.2.106 lease=60s
    until_true 5 has_address a 192.0.2.106
    has_line 4 '192.0.2.101/32 forever'
    hear
    send 51 192.0.2.101 lease=60s # adopted
    until_true 5 has_line 4 '192.0.2.101/32 [0-9]+sec'
    until_true 5 heard_times 192.0.2.101 1
    state 52 192.0.2.102 backup # removed
    until_true 5 lacks_address a 192.0.2.102
    has_line 4 '192.0.2.103/32 forever' # nobody named it
}

@test "end of input after state lines: all released, exit 0" {
    send 51 192.0.2.100 lease=60s
    send 52 2001:db8::100
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    state 51 192.0.2.100 init
    state 52 2001:db8::100 init
    exec 7>&-
    ended 0
    lacks_address a 192.0.2.100
    lacks_address a 2001:db8::100
}

@test "end of input without them: leases are left to end, what has none is removed, exit 3" {
    send 51 192.0.2.100 lease=2s
    send 52 2001:db8::100
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    exec 7>&-
    ended 3
    said 'input ended while 2 virtual routers are Active: the addresses stay until their leases end; those without one are removed'
    has_address a 192.0.2.100
    lacks_address a 2001:db8::100
    until_true 8 lacks_address a 192.0.2.100
}

@test "end of input while one is Active is exit 3, with a lease or without" {
    send 51 192.0.2.100
    until_true 5 has_address a 192.0.2.100
    exec 7>&-
    ended 3
    said 'input ended while 1 virtual router is Active: '
    lacks_address a 192.0.2.100
    follow
    send 51 192.0.2.100 lease=1s
    until_true 5 has_address a 192.0.2.100
    exec 7>&-
    ended 3
    said 'input ended while 1 virtual router is Active: the addresses stay until their leases end'
}

@test "TERM: goes on to end of input, then releases all, exit 0" {
    send 51 192.0.2.100 lease=60s
    until_true 5 has_address a 192.0.2.100
    kill -HUP "$FOLLOW"
    kill -TERM "$FOLLOW"
    kill -INT "$FOLLOW"
    send 52 192.0.2.102 lease=60s
    until_true 5 has_address a 192.0.2.102
    has_address a 192.0.2.100
    exec 7>&-
    ended 0
    lacks_address a 192.0.2.100
    lacks_address a 192.0.2.102
}

@test "TERM without end of input: releases all after 2.5 s, exit 0" {
    send 51 192.0.2.100 lease=60s
    until_true 5 has_address a 192.0.2.100
    kill -TERM "$FOLLOW"
    mark=$(now)
    ended 0
    holds "$(now) - $mark > 2.4"
    lacks_address a 192.0.2.100
}

@test "a reader that dies is reported once and changes nothing" {
    exec 7>&-
    ended 0
    rm "$LAB/status"
    mkfifo "$LAB/reader"
    # shellcheck disable=SC2016 # it is for the shell inside
    start a shell bash -c '"$2/vip-follow" <"$1/in" 2>>"$1/err" | head -n 1 >"$1/head"; echo "${PIPESTATUS[0]}" >"$1/status"' \
        follow "$LAB" "$BUILD"
    exec 7>"$LAB/in"
    for _ in {1..5}; do
        send 51 192.0.2.100 lease=9s
        sleep 0.1
    done
    until_true 5 said_times 'standard output: its reader is gone; the addresses are kept all the same' 1
    has_address a 192.0.2.100
    send 52 192.0.2.102 lease=9s
    until_true 5 has_address a 192.0.2.102
    state 51 192.0.2.100 init
    state 52 192.0.2.102 init
    exec 7>&-
    ended 0
    lacks_address a 192.0.2.100
    said_times 'standard output' 1
}

@test "an interface that is deleted and made again gets its addresses back" {
    ns a ip link add d0 type veth peer name d1
    ns a ip link set d0 up
    ns a ip link set d1 up
    line="send if=d0 vrid=51 prio=100 interval=1s ip=198.51.100.1/24 lease=60s"
    tell "$line"
    until_true 5 eval 'ns a ip addr show dev d0 | grep -q 198.51.100.1/24'
    ns a ip link del d0
    until_true 5 said 'd0: no such device; its addresses wait for it'
    tell "$line"
    ns a ip link add d0 type veth peer name d1
    ns a ip link set d0 up
    until_true 5 eval 'ns a ip addr show dev d0 | grep -q 198.51.100.1/24'
    until_true 5 said 'd0: the device is there'
    said_times 'd0: no such device' 1
}

@test "an interface that is down is waited for, and what went with it was taken away by nobody" {
    send 51 192.0.2.100 lease=20s
    send 52 fe80::100,2001:db8::100 lease=20s
    until_true 5 has_address a 192.0.2.100
    until_true 5 has_address a 2001:db8::100
    start a monitor ip -o monitor address 7>&-
    ns a ip link set eth0 down
    until_true 5 lacks_address a 2001:db8::100
    send 53 2001:db8::103 lease=20s announce=yes
    until_true 5 grep -q 'vrid=53' "$LAB/out"
    ns a ip addr add 198.51.100.1/24 dev eth0 # which the monitor tells after all that was done before
    until_true 5 grep -q 198.51.100.1 "$LAB/monitor"
    [ "$(grep -v Deleted "$LAB/monitor" | grep -c inet6)" -eq 0 ]
    ns a ip link set eth0 up
    for address in fe80::100 2001:db8::100 2001:db8::103 192.0.2.100; do
        until_true 5 has_address a "$address"
    done
    [ ! -s "$LAB/err" ]
}

@test "an interface that gets another name does not take the addresses along" {
    ns a ip link add d0 type veth peer name d1
    ns a ip addr add 198.51.100.2/24 dev d0
    ns a ip link set d0 up
    tell "send if=d0 vrid=51 prio=100 interval=1s ip=198.51.100.1,198.51.100.2 lease=60s"
    until_true 5 eval 'ns a ip addr show dev d0 | grep -q 198.51.100.1/32'
    ns a ip link set d0 down
    ns a ip link set d0 name d9
    until_true 5 said 'd0: no such device; its addresses wait for it'
    ns a ip addr show dev d9 | grep -q 198.51.100.2/24
    until_true 5 eval '! ns a ip addr show dev d9 | grep -q 198.51.100.1/'
    ns a ip link set d9 name d0
    ns a ip link set d0 up
    until_true 5 eval 'ns a ip addr show dev d0 | grep -q 198.51.100.1/32'
}

@test "two virtual routers that name one address: it stays until neither holds it" {
    send 51 192.0.2.100,192.0.2.101 lease=60s
    send 52 192.0.2.100 lease=60s
    until_true 5 said 'eth0: 192.0.2.100/32 belongs to eth0-v4-51 and to eth0-v4-52: it stays until neither holds it'
    state 51 192.0.2.100,192.0.2.101 backup
    until_true 5 lacks_address a 192.0.2.101
    has_address a 192.0.2.100
    state 51 192.0.2.100,192.0.2.101 backup
    send 53 192.0.2.103 lease=60s
    until_true 5 has_address a 192.0.2.103
    has_address a 192.0.2.100
    state 52 192.0.2.100 backup
    until_true 5 lacks_address a 192.0.2.100
}

@test "announcements: first of all addresses, then the rest, a second burst, a refresh" {
    hear
    ips=192.0.2.100,192.0.2.101,192.0.2.102
    tell "send if=eth0 vrid=51 prio=100 ip=$ips garp=3,1s,2 garp-refresh=2s lease=9s announce=yes"
    until_true 8 heard_times 192.0.2.102 6 # 3 at once, 2 after 1 s, 1 after 2 s
    heard_times 192.0.2.100 6
    grep -oE 'who-has 192\.0\.2\.10[012]' "$LAB/heard" | head -n 9 | awk '{ print $2 }' >"$LAB/order"
    for _ in 1 2 3; do printf '192.0.2.10%d\n' 0 1 2; done | cmp - "$LAB/order"
    heard 192.0.2.100 >"$LAB/times"
    holds "$(sed -n 4p "$LAB/times") - $(sed -n 1p "$LAB/times") > 0.99"
    holds "$(sed -n 6p "$LAB/times") - $(sed -n 1p "$LAB/times") > 1.99"
    holds "$(sed -n 3p "$LAB/times") - $(sed -n 1p "$LAB/times") < 0.9"
}

@test "bad lines are told and skipped, and the router goes on" {
    send 51 192.0.2.100 lease=60s
    head -c 1000000 /dev/zero | tr '\0' x >&7
    tell ''
    printf 'send if=eth0\0vrid=51\n' >&7
    tell 'send if=eth0 vrid=52 prio=100' 'send if=eth0 vrid=999 prio=100 ip=192.0.2.102' \
        'send if=eth0 vrid=52 prio=100 ip=192.0.2.102 lease=1500ms' 'state if=eth0 vrid=51 to=nowhere from=active' \
        'send if=eth0 if=eth0' 'send if=eth0 vrid=52 prio=100 ip=2001:db8::1,192.0.2.1' 'no event'
    send 53 192.0.2.103 lease=60s
    until_true 5 has_address a 192.0.2.103
    has_address a 192.0.2.100
    lacks_address a 192.0.2.102
    said 'standard input:4: ip: missing'
    said 'standard input:5: vrid=999: a value that it cannot have'
    said 'standard input:6: lease=1500ms: a value that it cannot have'
    said 'standard input:8: if=eth0: duplicate key'
    [ "$(wc -l <"$LAB/err")" -eq 9 ]
    until_true 5 grep -q vrid=53 "$LAB/out"
    [ "$(sed '/^$/d' "$LAB/out" | wc -l)" -eq 2 ] # what is wrong goes no further
}

@test "what it no longer needs it has given up" {
    read -r _ effective < <(grep CapEff "/proc/$FOLLOW/status")
    [ "$effective" = 0000000000001000 ] # CAP_NET_ADMIN
    send 51 192.0.2.100,192.0.2.101/24 lease=9s
    until_true 5 has_address a 192.0.2.101
    [ "$(ns a cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries)" = 1 ] # set with what is left
}

# follow_again ARGUMENT...: in place of the one that setup started.
follow_again() {
    exec 7>&-
    ended 0
    follow "$@"
}
# control: what it writes into the FIFO goes into the file control.
control() {
    mkfifo -m 600 "$LAB/ctl"
    start a control bash -c 'exec cat <>"$1/ctl"' control "$LAB" 7>&-
}
tracked() { tail -n 1 "$LAB/control" | grep -qxF -- "$1"; } # last
tracked_times() { [ "$(grep -cxF -- "$1" "$LAB/control")" -ge "$2" ]; }

@test "-C tells an election whether the addresses can be set, and goes on telling" {
    control
    follow_again -C "$LAB/ctl"
    state 51 192.0.2.100 backup # nothing to hold, and nothing known against it
    until_true 5 tracked "track name=vip:eth0-v4-51 state=up for=16s"
    ns a ip link add d0 type veth peer name d1
    ns a sysctl -qw net.ipv6.conf.d0.disable_ipv6=1
    ns a ip link set d0 up
    tell "send if=d0 vrid=52 name=six prio=100 ip=2001:db8::100 lease=60s"
    until_true 5 tracked "track name=vip:six state=down"
    send 51 192.0.2.100 lease=60s
    until_true 5 has_address a 192.0.2.100
    until_true 10 tracked_times "track name=vip:eth0-v4-51 state=up for=16s" 2
    until_true 10 tracked_times "track name=vip:six state=down" 2
    ns a sysctl -qw net.ipv6.conf.d0.disable_ipv6=0
    until_true 5 tracked "track name=vip:six state=up for=16s"
    ns a ip addr show dev d0 | grep -q 2001:db8::100
}

@test "-C: a FIFO that is full, or away, holds no address up" {
    mkfifo -m 600 "$LAB/ctl"
    exec 8<>"$LAB/ctl"
    head -c 65536 /dev/zero >&8
    follow_again -C "$LAB/ctl" 8>&-
    send 51 192.0.2.100 lease=2s
    until_true 5 has_address a 192.0.2.100
    for _ in {1..35}; do
        send 51 192.0.2.100 lease=2s
        sleep 0.1
    done
    has_address a 192.0.2.100 # renewed
    until_true 5 said "-C $LAB/ctl: its reader has fallen behind"
    head -c 65536 <&8 >/dev/null
    read -r -t 5 -u 8 line
    [ "$line" = "track name=vip:eth0-v4-51 state=up for=16s" ]
    exec 8>&-
    state 51 192.0.2.100 backup
    state 52 192.0.2.102 backup
    until_true 5 lacks_address a 192.0.2.100
    until_true 5 said "-C $LAB/ctl: nobody reads it; it is tried again and again"
    rm "$LAB/ctl"
    control
    until_true 5 tracked "track name=vip:eth0-v4-52 state=up for=16s"
    exec 7>&-
    ended 0
}

@test "-C: a name that is too long for a track is told once" {
    control
    follow_again -C "$LAB/ctl"
    long=$(printf '%060d' 0)
    tell "state if=eth0 vrid=51 name=$long from=active to=backup why=test ip=192.0.2.100"
    tell "state if=eth0 vrid=52 name=${long%0} from=active to=backup why=test ip=192.0.2.102"
    until_true 5 tracked "track name=vip:${long%0} state=up for=16s"
    said_times "vip:$long has more than 63 bytes: elections are told nothing of it" 1
}

@test "-C: what is no FIFO is refused, and nothing is set" {
    touch "$LAB/file"
    status=0
    ns a "$BUILD/vip-follow" -C "$LAB/file" >"$LAB/refused" 2>&1 <<<"send if=eth0 vrid=51 prio=100 ip=192.0.2.100" ||
        status=$?
    [ "$status" -eq 2 ]
    [ "$(cat "$LAB/refused")" = "vip-follow: -C $LAB/file: not a FIFO" ]
    lacks_address a 192.0.2.100
    [ ! -s "$LAB/file" ]
}

@test "a thousand addresses of a thousand virtual routers" {
    for i in 1 2 3 4; do
        ns a ip link add "d$i" type veth peer name "e$i"
        ns a ip link set "d$i" up
        ns a ip link set "e$i" up
    done
    lines() { # PRIORITY-AND-EVENT
        local i k
        for i in 1 2 3 4; do
            for ((k = 1; k <= 250; k++)); do
                echo "$1 if=d$i vrid=$k ip=10.$i.0.$k interval=1s $2"
            done
        done
    }
    count_is() { [ "$(ns a ip -o -4 addr show | grep -c ' 10\.[1-4]\.0\.')" -eq "$1" ]; }
    lines send 'prio=100 lease=9s garp=2,0s,0' >&7
    until_true 10 count_is 1000
    [ "$(ns a ip -o -4 addr show | grep -cE ' 10\.[1-4]\.0\..* valid_lft [0-9]+sec')" -eq 1000 ]
    lines state 'from=active to=backup why=test' >&7
    until_true 10 count_is 0
    [ ! -s "$LAB/err" ]
}
