#!/usr/bin/env bats
# route= and rule=: they follow the state of their virtual router, whatever ends it, beside what belongs to others. The
# first tests feed vip-follow on host a by hand; the last are whole chains, and keepalived, with a client and a host behind.

# shellcheck disable=SC2154 # mark makes variables
load lib.bash
load follow.bash

setup() {
    bats_require_minimum_version 1.5.0
    lab_begin "$BATS_TEST_TMPDIR/lab" a b
}

teardown() {
    exec 7>&-
    lab_end "$BATS_TEST_TMPDIR/lab"
}

routes=default+via+192.0.2.2,198.51.100.0/24+via+192.0.2.2+table+100+metric+10+src+192.0.2.100
routes+=,blackhole+203.0.113.0/24,2001:db8:5::/48+via+fe80::2,unreachable+2001:db8:6::/48
routes+=,2001:db8:7::/48+via+2001:db8::2+metric+7
rules=from+192.0.2.0/24+table+100,iif+eth0+fwmark+1/3+priority+77+blackhole,to+2001:db8:9::/48+table+1000
all=9

# What has our tag, one a line.
ours() {
    local family
    for family in 4 6; do
        ns a ip "-$family" route show table all proto 112
        ns a ip "-$family" -d rule | grep 'proto 112$' || :
    done
}
ours_are() { [ "$(ours | wc -l)" -eq "$1" ]; }
has() { ours | grep -qF -- "$1"; }
lacks() { ! has "$1"; }
# shellcheck disable=SC2120 # mostly all of them
held() { send 51 192.0.2.100/24 lease=9s "route=${1:-$routes}" "rule=${2:-$rules}"; } # [ROUTES [RULES]]
given_up() { tell "state if=eth0 vrid=51 from=active to=backup prio=100 interval=100ms ip=192.0.2.100/24 $*"; }

@test "they come with a send, after the address, and go with a state, a resign, a lapse and the end" {
    follow
    held
    until_true 5 ours_are "$all"
    for line in 'default via 192.0.2.2 dev eth0' \
        '198.51.100.0/24 via 192.0.2.2 dev eth0 table 100 src 192.0.2.100 metric 10' 'blackhole 203.0.113.0/24' \
        '2001:db8:5::/48 via fe80::2 dev eth0 metric 1024' 'unreachable 2001:db8:6::/48' \
        '2001:db8:7::/48 via 2001:db8::2 dev eth0 metric 7' \
        $'77:\tfrom all fwmark 0x1/0x3 iif eth0 blackhole' $'16384:\tfrom 192.0.2.0/24 lookup 100' \
        $'16384:\tfrom all to 2001:db8:9::/48 lookup 1000'; do
        has "$line" || { echo "$line"; ours; false; }
    done
    given_up "route=$routes rule=$rules"
    until_true 5 ours_are 0
    held
    until_true 5 ours_are "$all"
    tell "send if=eth0 vrid=51 prio=0 interval=100ms ip=192.0.2.100/24 route=$routes rule=$rules"
    until_true 5 ours_are 0
    send 51 192.0.2.100/24 lease=1s "route=$routes"
    until_true 5 has 'default via 192.0.2.2'
    until_true 6 ours_are 0
    said 'no fresh send for longer than its lease'
    held
    until_true 5 ours_are "$all"
    exec 7>&-
    ended 3 # it was never given up
    ours_are 0
    [ "$(ns a ip route show | wc -l)" -eq 1 ]
}

@test "what changes is changed and nothing else" {
    follow
    held
    until_true 5 ours_are "$all"
    start a events stdbuf -oL ip monitor route rule
    until_true 5 [ -d "/proc/$PID/ns" ]
    sleep 0.3
    held "${routes/metric+7/metric+8}"
    until_true 5 has 'metric 8'
    held "${routes/metric+7/metric+8}" "${rules%,*}"
    until_true 5 ours_are $((all - 1))
    until_true 5 grep -q 'Deleted.* to 2001:db8:9' "$LAB/events"
    [ "$(wc -l <"$LAB/events")" -eq 3 ]
    [ ! -s "$LAB/err" ]
}

@test "what somebody removes is put back, and what goes with an interface" {
    follow
    held
    until_true 5 ours_are "$all"
    ns a ip route del default
    ns a ip -6 route del 2001:db8:7::/48
    ns a ip rule del priority 77
    until_true 5 ours_are "$all"
    said 'route 0.0.0.0/0+via+192.0.2.2 was taken away'
    said 'rule from+0.0.0.0/0+iif+eth0+fwmark+1/3+priority+77+blackhole was taken away'
    ns a ip link set eth0 down # all through it goes, without a word
    until_true 5 lacks 'via 192.0.2.2'
    has blackhole
    ns a ip link set eth0 up
    ns a ip addr add 2001:db8::1/64 dev eth0 nodad
    until_true 5 ours_are "$all"
    ns a ip addr del 192.0.2.100/24 dev eth0 # and what has it as its source
    until_true 5 ours_are "$all"
    has_address a 192.0.2.100
}

@test "a route that needs what is not there yet is tried again, and said" {
    follow
    send 51 192.0.2.100/24 lease=9s 'route=10.0.0.0/8+via+203.0.113.7,10.1.0.0/16+dev+d0'
    until_true 5 said 'route 10.0.0.0/8+via+203.0.113.7: Network is unreachable'
    until_true 5 said 'route 10.1.0.0/16+dev+d0: No such device'
    ns a ip link add d0 type veth peer name d1
    ns a ip link set d0 up
    ns a ip addr add 203.0.113.1/24 dev d0
    until_true 5 ours_are 2
    has_address a 192.0.2.100
}

@test "what is there and not ours is left alone, and told once" {
    ns a ip route add default via 192.0.2.2 proto static
    ns a ip rule add from 192.0.2.0/24 table 100 priority 16384
    follow
    for _ in 1 2 3; do
        held
        until_true 5 ours_are $((all - 1))
        given_up "route=$routes rule=$rules"
        until_true 5 ours_are 0
    done
    said_times 'route 0.0.0.0/0+via+192.0.2.2: there is one in its place that is not ours' 3 # each time that it is held
    ns a ip route show default | grep -q 'proto static'
    ns a ip rule | grep -q '16384:.from 192.0.2.0/24 lookup 100' # ours stood beside it
}

@test "after kill -9 the next run takes over what is held, and removes what is not, or not named any more" {
    follow
    held
    until_true 5 ours_are "$all"
    kill -9 "$FOLLOW"
    exec 7>&-
    ns a ip monitor route rule >"$LAB/events" &
    lab_owns $!
    follow
    ours_are "$all"
    held
    until_true 5 has_address a 192.0.2.100
    sleep 1.3 # then what nobody names is removed
    ours_are "$all"
    [ ! -s "$LAB/events" ]
    kill -9 "$FOLLOW"
    exec 7>&-
    follow
    given_up "route=${routes/default/10.0.0.0\/8} rule=$rules"
    until_true 5 ours_are 1
    has default
    until_true 5 ours_are 0
    [ ! -s "$LAB/err" ]
}

@test "two of them on one host leave each other's alone" {
    follow
    held
    until_true 5 ours_are "$all"
    start a other bash -c "(echo 'send if=eth0 vrid=52 prio=100 ip=192.0.2.102 lease=9s route=10.0.0.0/8+via+192.0.2.2'
        sleep 2
        echo 'state if=eth0 vrid=52 from=active to=backup ip=192.0.2.102') | '$BUILD/vip-follow'"
    until_true 5 ours_are $((all + 1))
    until_true 5 ours_are "$all"
    until_true 5 stopped "$PID"
    [ ! -s "$LAB/err" ]
}

@test "a list that is wrong is refused where it is written" {
    follow
    send 51 192.0.2.100/24 lease=9s route=default+via
    until_true 5 said 'route'
    run ! has_address a 192.0.2.100
    run -2 "$BUILD/vrrp-elect" -t if=eth0 vrid=51 ip=192.0.2.100 route=default+via+192.0.2.2,10.0.0.0/8+vai+192.0.2.2 </dev/null
    [[ $output == *'route: 10.0.0.0/8+vai+192.0.2.2: via, dev, src, table'* ]]
}

# --- whole chains ----------------------------------------------------------------------------------------------------

# behind: host c behind a and peer, on a bridge of its own: 203.0.113.1, .2 and .3. Beyond it is 198.51.100.1.
behind() {
    ns_make back
    ns back ip link add br1 type bridge forward_delay 0
    ns back ip link set br1 up
    local n=1 host
    for host in a peer c; do
        [ "$host" != c ] || ns_make c
        ns back ip link add "q$n" type veth peer name back0 netns "$(<"$LAB/$host.ns")"
        ns back ip link set "q$n" master br1 up
        ns "$host" ip link set back0 up
        ns "$host" ip addr add "203.0.113.$n/24" dev back0
        ns "$host" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
            net.ipv4.conf.back0.rp_filter=0
        n=$((n + 1))
    done
    ns c ip addr add 198.51.100.1/32 dev back0
    ns c ip route add 192.0.2.0/24 via 203.0.113.1
    ns c ip route add 192.0.2.0/24 via 203.0.113.2 metric 10
    ns b ip route add 198.51.100.0/24 via "$VIP4"
}

@test "a client goes on through keepalived's routes and rules, and back through ours" {
    lab_end "$LAB"
    lab_begin "$BATS_TEST_TMPDIR/lab" a b peer
    behind
    # the way on is in a table that a rule leads to; without both the client's packets have none
    vr_conf "$LAB/a.vr" 3 4 100 interval=200ms 'route=198.51.100.0/24+via+203.0.113.3+table+100' \
        rule=from+192.0.2.0/24+table+100+priority+50
    keepalived_start peer 3 4 150 0.2 'virtual_routes {' '198.51.100.0/24 via 203.0.113.3 table 100' '}' \
        'virtual_rules {' 'from 192.0.2.0/24 table 100 priority 50' '}'
    until_true 10 has_address peer "$VIP4"
    chain_start a
    until_true 10 chain_is a backup
    ping_start b 198.51.100.1 ping
    mark up
    until_true 10 ping_works_since ping "$up"
    ours_are 0
    ns c ip route del 192.0.2.0/24 via 203.0.113.2 # answers come back through a
    mark killed
    keepalived_kill peer
    host_off peer
    until_true 10 ping_works_since ping "$killed"
    ours_are 2
    # it comes back, and takes them over
    host_on peer
    ns peer ip route flush table 100
    while ns peer ip rule del priority 50; do :; done 2>/dev/null
    rm -f "$LAB"/keepalived-peer/*.pid
    keepalived_run peer
    until_true 10 chain_is a backup
    ours_are 0
    mark back
    until_true 10 ping_works_since ping "$back"
    chain_stop a
}

@test "a whole router: a reload changes a route and no other, and nothing flaps; its end leaves nothing" {
    vr_conf "$LAB/a.vr" 3 4 100 interval=100ms route=10.0.0.0/8+via+192.0.2.2,10.1.0.0/16+via+192.0.2.2 rule=table+100
    run_start a
    until_true 10 run_is a eth0-v4-51 active
    until_true 10 ours_are 3
    start a events stdbuf -oL ip monitor route rule
    until_true 5 [ -d "/proc/$PID/ns" ]
    sleep 0.3
    vr_conf "$LAB/a.vr" 3 4 100 interval=100ms route=10.0.0.0/8+via+192.0.2.2,10.2.0.0/16+via+192.0.2.2 rule=table+100
    kill -HUP "$(run_pid a vrrp-run)"
    until_true 10 has 10.2.0.0/16
    lacks 10.1.0.0/16
    [ "$(wc -l <"$LAB/events")" -eq 2 ]
    # and at run time
    ctl a vr if=eth0 vrid=51 ip="$VIP4/24" interval=100ms route=10.3.0.0/16+via+192.0.2.2
    until_true 10 has 10.3.0.0/16
    ours_are 1
    run_stop a
    ours_are 0
}
