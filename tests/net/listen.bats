#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2153,SC2154 # listen.bash reads and sets variables
# vrrp-listen on interfaces: directions, VLAN tags, AH, several interfaces, any; what comes and goes; how it ends.

load lib.bash
load listen.bash

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    vectors=$root/tests/unit/vectors.tsv
    LAB=$BATS_TEST_TMPDIR/lab
    mkdir -p "$LAB"
    : >"$LAB/pids"
    ns_make us
    ns us ip link set lo up
    wire eth0 peer0
}

teardown() {
    lab_end "$BATS_TEST_TMPDIR/lab"
}

# in_ah HEX: an IPv4 advert inside an AH of 24 bytes, its ICV zero (no key is known here).
in_ah() {
    local ethernet=${1:0:28} header=${1:28:40} message=${1:68:24} length sum=0 i
    length=$(printf '%04x' $((20 + 24 + 12)))
    header=${header:0:4}$length${header:8:10}330000${header:24:16}
    for ((i = 0; i < 40; i += 4)); do
        sum=$((sum + 0x${header:i:4}))
    done
    sum=$(printf '%04x' $((~((sum & 0xffff) + (sum >> 16)) & 0xffff)))
    printf '%s%s%s%s7004000000000001%08x%024x%s\n' "$ethernet" "${header:0:20}" "$sum" "${header:24:16}" 7 0 "$message"
}

@test "every packet of vectors.tsv comes as the line that its row says" {
    listen eth0
    send peer0 -r 1000 <"$vectors"
    until_true 10 said 'interval=40950ms'
    stop
    [ "$STATUS" -eq 0 ]
    grep -E ' (advert|bad|other) ' "$LAB/lines" >"$LAB/packets"
    [ "$(wc -l <"$LAB/packets")" -eq 28 ]
    [ "$(grep -c ' if=eth0 .* dir=in ' "$LAB/packets")" -eq 28 ]
    awk -F '\t' '/^V/ { print $7 }' "$vectors" >"$LAB/expected"
    paste -d '\t' "$LAB/expected" "$LAB/packets" | awk -F '\t' '{
        n = split($1, words, " ")
        for (i = 1; i <= n; i++)
            if (index($2 " ", " " words[i] " ") == 0) {
                print "row " NR ": no " words[i] " in " $2
                wrong = 1
            }
    } END { exit wrong }'
}

@test "the first line is clock, then link, and ticks follow" {
    ns us ip addr add 192.0.2.7/24 dev eth0
    ns us ip -6 addr add fe80::7/64 dev eth0 nodad
    ns us ip -6 addr add 2001:db8::7/64 dev eth0 nodad
    listen eth0
    until_true 10 said ' tick every=100ms$'
    stop
    grep -vc ' tick ' "$LAB/lines"
    [[ $(sed -n 1p "$LAB/lines") =~ ^[0-9]+\.[0-9]{9}\ clock\ mono=[0-9]+\.[0-9]{6}\ boot=[0-9a-f-]{36}\ source=live$ ]]
    [[ $(sed -n 2p "$LAB/lines") =~ ^[0-9]+\.[0-9]{9}\ link\ if=eth0\ state=up\ mac=[0-9a-f:]{17}\ mtu=1500\ primary4=192.0.2.7\ primary6=fe80::7$ ]]
    [ ! -s "$LAB/err" ]
}

@test "what this host sends is dir=out, whatever its source says; what comes in is dir=in, even from our address" {
    ns us ip addr add 192.0.2.1/24 dev eth0
    listen -q eth0
    # V04 is from 192.0.2.1: here our own address, spoofed; the MAC is ours, too.
    own=$(ns us ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/')
    [ ${#own} -eq 17 ]
    spoofed=$(vector V04)
    spoofed=${spoofed:0:12}${own//:/}${spoofed:24}
    send peer0 <<<"$spoofed"
    until_true 10 said ' dir=in .* src=192.0.2.1 '
    never_said ' dir=out '
    vector V03 | send eth0
    until_true 10 said ' dir=out .* cksum=message'
    stop
    count_is ' advert ' 2
}

@test "lines of both directions are in the order of their times" {
    listen -q eth0
    { many 245 && many 245 1; } >"$LAB/many" # the same frame twice within 1 ms would be one line
    send peer0 -n 2000 -r 4000 <"$LAB/many" &
    send eth0 -n 2000 -r 4000 <"$LAB/many"
    wait $!
    until_true 10 count_is ' advert ' 4000
    stop
    # Two rings are read one after the other: a frame may be stamped in one while the other is looked at.
    awk '$2 == "advert" { if (last - $1 > 0.002) wrong++; last = $1 } END { exit wrong > 0 }' "$LAB/lines"
    count_is ' dir=out ' 2000
}

@test "VLAN tags: one, two, and beside untagged; a filter finds the VRID inside" {
    listen -q eth0 vrid=10
    tagged 100 "$(vector V04)" | send peer0
    tagged 200 "$(tagged 33 "$(vector V05)")" | send peer0
    vector V04 | send peer0
    until_true 10 count_is ' advert ' 3
    stop
    said ' advert if=eth0 vlan=100 af=4 vrid=10 dir=in '
    said ' advert if=eth0 vlan=200 af=6 vrid=10 dir=in '
    said ' advert if=eth0 af=4 vrid=10 dir=in '
}

@test "an own advert with a tag of its own making is dir=out with its VLAN" {
    listen -q eth0 vrid=10
    tagged 100 "$(vector V04)" | send eth0
    until_true 10 said ' advert if=eth0 vlan=100 af=4 vrid=10 dir=out '
    stop
}

@test "AH is looked into, and a filter finds the VRID there" {
    listen -q eth0 vrid=10
    in_ah "$(vector V03)" | send peer0
    until_true 10 said ' vrid=10 .* ver=3 .* src=192.0.2.1 .* seq=7'
    stop
}

@test "filter words narrow what comes, never link, clock, tick" {
    listen eth0 vrid=11 af=6
    send peer0 <"$vectors"
    vector V05 | sed 's/310a/310b/' | send peer0 # another VRID: its sum is wrong now
    until_true 10 said ' bad .* vrid=11 .*why=checksum'
    until_true 10 said ' tick '
    ns us ip link set eth0 down
    until_true 10 said ' link if=eth0 state=down'
    stop
    count_is ' (advert|bad|other) ' 1
}

@test "the kernel filter leaves other traffic, IGMP and MLD to the group out" {
    listen -q eth0
    ns us ip addr add 192.0.2.8/24 dev peer0
    ns us ip maddr show dev eth0 >"$LAB/groups"
    grep -q 'inet  224.0.0.18' "$LAB/groups" # it has joined
    grep -q 'inet6 ff02::12' "$LAB/groups"
    # What other members say: an IGMPv2 report for the group, an MLD report.
    {
        echo 01005e000012020000000009080046c0002000010000010281fcc0000208e000001294040000160009ede00000120000000000000000000000000000
        echo 33330000001202000000000986dd6000000000200001fe800000000000000000000000000008ff0200000000000000000000000000123a0005020000010083007ffa00000000ff020000000000000000000000000012
    } | send peer0
    vector V04 | send peer0
    until_true 10 said ' advert '
    stop
    count_is ' (advert|bad|other) ' 1
}

@test "a line on two interfaces, each with its name; any tells them apart, too" {
    wire eth1 peer1
    listen -q eth0 eth1
    vector V04 | send peer0
    vector V05 | send peer1
    until_true 10 count_is ' advert ' 2
    stop
    said ' advert if=eth0 af=4 '
    said ' advert if=eth1 af=6 '
    : >"$LAB/lines"
    listen -q any vrid=10
    vector V04 | send peer0
    until_true 10 count_is ' advert ' 2
    vector V05 | send eth1
    until_true 10 count_is ' advert ' 4
    stop
    said ' advert if=peer0 af=4 vrid=10 dir=out '
    said ' advert if=eth0 af=4 vrid=10 dir=in '
    said ' advert if=eth1 af=6 vrid=10 dir=out '
    said ' advert if=peer1 af=6 vrid=10 dir=in '
    said ' link if=eth0 state=up '
    said ' link if=peer1 state=up '
}

@test "any does not take a tagged advert for one of the untagged segment" {
    listen -q any
    tagged 100 "$(vector V04)" | send peer0
    vector V05 | send peer0
    until_true 10 said ' if=eth0 af=6 .* dir=in '
    stop
    never_said ' if=eth0 .*af=4 '
}

@test "any joins the groups on an interface that comes later, and hears it" {
    listen -q any
    wire late0 late1
    until_true 10 said ' link if=late0 state=up'
    until_true 10 joined late0
    vector V04 | send late1
    until_true 10 said ' advert if=late0 .* dir=in '
    ns us ip link del late0
    until_true 10 said ' link if=late0 state=gone'
    stop
    [ "$STATUS" -eq 0 ]
}
joined() { ns us ip maddr show dev "$1" | grep -q 'inet  224.0.0.18' && ns us ip maddr show dev "$1" | grep -q 'inet6 ff02::12'; }

@test "without an operand: every interface that is up and has an address, named on stderr" {
    wire eth1 peer1
    ns us ip addr add 192.0.2.7/24 dev eth0
    listen -q
    stop
    [ "$(cat "$LAB/err")" = "vrrp-listen: listening on eth0" ]
    ns us ip addr flush dev eth0
    run ns us "$BUILD/vrrp-listen"
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: no interface is up and has an address" ]
}

@test "many interfaces: any takes them with few descriptors allowed; too many to take all by itself is said" {
    ns us bash -c 'for ((i = 0; i < 33; i++)); do
            echo "link add a$i type veth peer name b$i"
            for end in a b; do
                echo "addr add 198.51.100.$i/32 dev $end$i"
                echo "link set $end$i up"
            done
        done | ip -batch -'
    run ns us "$BUILD/vrrp-listen"
    [ "$status" -eq 2 ]
    [ "$output" = "vrrp-listen: more than 64 interfaces are up and have an address: name some, or \`any\`" ]
    run ns us bash -c "ulimit -Sn 64; '$BUILD/vrrp-listen' -q -T 1ms any"
    [ "$status" -eq 1 ]
    [ "$(grep -c ' link if=[ab]' <<<"$output")" -eq 66 ]
}

@test "an interface that goes down and up again is heard again" {
    listen eth0
    ns us ip link set eth0 down
    until_true 10 said ' link if=eth0 state=down'
    ns us ip link set eth0 up
    until_true 10 count_is ' link if=eth0 state=up' 2
    vector V04 | send peer0
    until_true 10 said ' advert if=eth0 .* dir=in '
    vector V05 | send eth0
    until_true 10 said ' advert if=eth0 .* dir=out '
    stop
    [ "$STATUS" -eq 0 ]
    [ ! -s "$LAB/err" ]
}

@test "an interface that is deleted and made again is heard again, and the groups are joined, without privileges" {
    listen eth0
    [ "$(awk '/^CapEff|^CapPrm|^CapBnd/ { print $2 }' "/proc/$LISTEN/status" | sort -u)" = 0000000000000000 ]
    for round in 1 2 3; do
        ns us ip link del eth0
        until_true 10 count_is ' link if=eth0 state=gone' "$round"
        wire eth0 peer0
        until_true 10 count_is ' link if=eth0 state=up' $((round + 1))
        until_true 10 joined eth0
        vector V04 | send peer0
        until_true 10 count_is ' advert if=eth0 .* dir=in ' "$round"
        vector V05 | send eth0
        until_true 10 count_is ' advert if=eth0 .* dir=out ' "$round"
    done
    stop
    [ "$STATUS" -eq 0 ]
    [ ! -s "$LAB/err" ]
}

@test "deleted and made again at once, even with the same index: heard again" {
    listen eth0
    again_at_once
    until_true 10 heard_again
    until_true 10 joined eth0
    stop
}

@test "made again just when the events are about to be read: heard again" {
    # each round another reading of events is held up, until one stands between the deletion and the new interface
    for reading in 5 6 7 8 9; do
        : >"$LAB/lines"
        WRAPPER=(strace -D -qq -o /dev/null -e trace=recvfrom -e "inject=recvfrom:delay_enter=50000:when=$reading")
        listen eth0
        again_at_once
        until_true 10 heard_again
        stop
    done
}

again_at_once() {
    local index
    index=$(index_of eth0)
    ns us ip -batch - <<END
link del eth0
link add eth0 index $index type veth peer index 4242 name peer0
link set eth0 up
link set peer0 up
END
    until_true 5 link_is_up eth0
    [ "$(index_of eth0)" = "$index" ]
}
heard_again() {
    vector V04 | send peer0
    sleep 0.1
    said ' advert if=eth0 .* dir=in '
}
index_of() { ns us ip -o link show "$1" | cut -d : -f 1; }

@test "down, then deleted; ticks go on meanwhile" {
    listen eth0
    ns us ip link set eth0 down
    ns us ip link del eth0
    until_true 10 said ' link if=eth0 state=gone'
    ticks=$(count_of ' tick ')
    until_true 10 more_than "$((ticks + 3))" ' tick '
    stop
    [ "$STATUS" -eq 0 ]
}

@test "a renamed interface is another one: what it hears is not reported under the old name" {
    listen eth0
    ns us ip link set eth0 down
    ns us ip link set eth0 name other0
    ns us ip link set other0 up
    until_true 10 said ' link if=eth0 state=gone'
    vector V04 | send peer0
    wire eth0 peer1
    until_true 10 count_is ' link if=eth0 state=up' 2
    vector V05 | send peer1
    until_true 10 said ' advert if=eth0 af=6 .* dir=in '
    vector V04 | send peer0
    vector V05 | send peer1
    until_true 10 count_is ' advert ' 2
    never_said ' af=4 '
    stop
}

@test "an interface that is down at the start is waited for" {
    ns us ip link set eth0 down
    listen eth0
    said ' link if=eth0 state=down ' || until_true 10 said ' link if=eth0 state=down '
    ns us ip link set eth0 up
    until_true 10 said ' link if=eth0 state=up '
    vector V04 | send peer0
    until_true 10 said ' advert if=eth0 .* dir=in '
    vector V04 | send eth0
    until_true 10 said ' advert if=eth0 .* dir=out '
    vector V05 | send lo
    stop
    never_said ' af=6 '
}

@test "link lines: tentative addresses and ones with our tag are not told; changes within 10 ms are one line" {
    listen -q eth0
    tagged_address 10.9.9.9
    ns us sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=5
    ns us ip -6 addr add fe80::99/64 dev eth0 # tentative for some seconds
    ns us ip -batch - <<END
addr add 192.0.2.7/24 dev eth0
addr add 198.51.100.8/24 dev eth0
addr del 192.0.2.7/24 dev eth0
END
    until_true 10 said ' link if=eth0 .* primary4=198.51.100.8'
    never_said 'primary4=10.9.9.9'
    never_said 'primary6=fe80::99'
    # On a busy machine ip may take its time between two of them: then they are told apart, and they were.
    grep ' link ' "$LAB/lines" | awk 'NR > 1 && $1 - last < 0.0099 { exit 1 } { last = $1 }'
    ns us ip -6 addr add fe80::77/64 dev eth0 nodad
    until_true 10 said ' primary6=fe80::77'
    stop
}
# An address of protocol 112 on eth0 of `us`, which an older iproute2 cannot make.
tagged_address() { ns us "$BUILD/vip-up" -F -g 0 eth0 "$@"; }

# What the kernel keeps for the listener's socket of events (links and addresses: groups 1, 5 and 9), in bytes.
events_waiting() { awk '$4 == "00000111" { print $5 }' "/proc/$LISTEN/net/netlink"; }

@test "virtual addresses of ours are nothing to it, how many there may be; the host's are" {
    local before
    listen eth0
    until_true 10 said ' link '
    tagged_address 192.0.2.99
    kill -STOP "$LISTEN"
    before=$(events_waiting)
    # shellcheck disable=SC2046 # an address each
    tagged_address $(printf '192.0.2.%d 2001:db8::%d ' {100..129}{,})
    ns us ip addr show dev eth0 | grep -q ' 192.0.2.129/'
    [ "$(events_waiting)" -le $((before + 4096)) ] # one is told of a setting; of 60 addresses it would be 46,080
    before=$(events_waiting)
    ns us ip addr add 192.0.2.7/24 dev eth0
    [ "$(events_waiting)" -gt "$before" ]
    kill -CONT "$LISTEN"
    until_true 10 said ' link if=eth0 .* primary4=192.0.2.7'
    stop
}

@test "-c counts adverts and ends with 0; -T without any is 1" {
    (sleep 0.3 && send peer0 -r 20 <"$vectors") &
    run ns us timeout 20 "$BUILD/vrrp-listen" -q -c 3 eth0 event=advert
    [ "$status" -eq 0 ]
    [ "$(grep -c ' advert ' <<<"$output")" -eq 3 ]
    wait
    run ns us timeout 20 "$BUILD/vrrp-listen" -q -T 300ms eth0
    [ "$status" -eq 1 ]
    (sleep 0.3 && vector V04 | send peer0) &
    run ns us timeout 20 "$BUILD/vrrp-listen" -q -c 2 -T 1s eth0
    [ "$status" -eq 1 ]
    wait
    (sleep 0.3 && vector V04 | send peer0) &
    run ns us timeout 20 "$BUILD/vrrp-listen" -q -T 1s eth0
    [ "$status" -eq 0 ]
}

@test "INT, TERM and HUP end it with 0, all lines flushed" {
    for signal in INT TERM HUP; do
        : >"$LAB/lines"
        listen -q eth0
        many 100 | send peer0
        stop "$signal"
        [ "$STATUS" -eq 0 ]
        count_is ' advert ' 100
    done
}

@test "a reader that goes away ends it quietly with 0; a full disk is said, exit 3" {
    run ns us bash -c "timeout 20 '$BUILD/vrrp-listen' eth0 | head -n 1; echo \${PIPESTATUS[0]}"
    [[ ${lines[0]} == *" clock "* ]]
    [ "${lines[1]}" = 0 ]
    [ ${#lines[@]} -eq 2 ]
    run ns us bash -c "timeout 20 '$BUILD/vrrp-listen' eth0 2>&1 >/dev/full"
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: standard output: No space left on device" ]
}

@test "a reader that stops: lines are dropped and counted, and stdout is not made non-blocking" {
    mkfifo "$LAB/fifo"
    listen_into "$LAB/fifo" -q eth0
    exec 7<"$LAB/fifo"
    read -r -u 7 line
    [[ $line == *" clock "* ]]
    # of any virtual router, so that more of them are told than can wait; and no two are the same
    sent=$(ns us "$BUILD/flood" random-vrid peer0 1 -r 40000)
    # O_NONBLOCK is 04000
    [ $((0$(awk '/^flags/ { print $2 }' "/proc/$LISTEN/fdinfo/1") & 04000)) -eq 0 ]
    timeout 20 cat <&7 >"$LAB/lines" &
    reader=$!
    exec 7<&-
    until_true 10 said ' lost where=vrrp-listen n='
    vector V05 | send peer0
    until_true 10 said ' af=6 '
    stop
    [ "$STATUS" -eq 0 ]
    wait "$reader"
    lost=$(awk '$2 == "lost" { sub("n=", "", $4); n += $4 } END { print n }' "$LAB/lines")
    [ $((lost + $(count_of ' advert '))) -eq $((sent + 1)) ]
}

@test "-w writes what is heard, with its times, and the lines read back from it are the same" {
    listen -q -w "$LAB/out.pcap" eth0
    send peer0 -r 2000 <"$vectors"
    until_true 10 said 'interval=40950ms'
    stop
    [ "$STATUS" -eq 0 ]
    grep -E ' (advert|bad|other) ' "$LAB/lines" | sed 's/ dir=in//' >"$LAB/live"
    "$BUILD/vrrp-listen" -i eth0 -r "$LAB/out.pcap" | grep -v ' clock ' >"$LAB/read"
    cmp "$LAB/live" "$LAB/read"
    : >"$LAB/lines"
    listen -q -w "$LAB/any.pcap" any
    vector V04 | send peer0
    until_true 10 count_is ' advert ' 2
    stop
    [ "$("$BUILD/vrrp-listen" -r "$LAB/any.pcap" | grep -c ' dir=')" -eq 2 ]
}

@test "no permission: how to get it, exit 3" {
    run ns us setpriv --bounding-set=-net_raw --inh-caps=-net_raw "$BUILD/vrrp-listen" eth0
    [ "$status" -eq 3 ]
    # shellcheck disable=SC2016 # as it is printed
    [ "$output" = 'vrrp-listen: eth0: permission denied; needs CAP_NET_RAW: run as root, or setcap cap_net_raw+ep $(command -v vrrp-listen)' ]
}

@test "an interface that is not there: exit 3" {
    run ns us "$BUILD/vrrp-listen" eth9
    [ "$status" -eq 3 ]
    [ "$output" = "vrrp-listen: eth9: no such device" ]
    run ns us "$BUILD/vrrp-listen" eth0:1
    [ "$status" -eq 2 ]
}

@test "-w of a FIFO without a reader: -T ends it with 1, a signal with 0" {
    mkfifo "$LAB/fifo"
    run ns us timeout 20 "$BUILD/vrrp-listen" -T 300ms -w "$LAB/fifo" eth0
    [ "$status" -eq 1 ]
    [ -z "$output" ]
    run ns us timeout --preserve-status -s TERM -k 20 1 "$BUILD/vrrp-listen" -w "$LAB/fifo" eth0
    [ "$status" -eq 0 ]
}

@test "a tick follows the shortest interval that is heard, 10 ms at least" {
    listen eth0
    # V03 with an interval of 50 ms, then of 10 ms; the sum is changed with it
    frame=$(vector V03)
    [[ $frame == *0064a791* ]]
    {
        echo "${frame/0064a791/0005a7f0}"
        echo "${frame/0064a791/0001a7f4}"
    } | send peer0
    until_true 10 said ' interval=50ms '
    until_true 10 said ' interval=10ms '
    until_true 10 said ' tick every=10ms$'
    stop
}

# stepping: a library that adds the number in $LAB/step (ns) to the wall clock of the program that it is loaded into.
# A wall clock that is ahead of the real one by the nanoseconds that stand in $LAB/step: mapped at the start, for later
# vrrp-listen can open no file.
stepping() {
    cat >"$LAB/step.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
static const char *text;
__attribute__((constructor)) static void map(void)
{
    text = mmap(NULL, 4096, PROT_READ, MAP_SHARED, open(getenv("STEP"), O_RDONLY), 0);
}
int clock_gettime(clockid_t id, struct timespec *t)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, t);
    if (id == CLOCK_REALTIME && text) {
        long long step = atoll(text);
        t->tv_sec += step / 1000000000;
        t->tv_nsec += step % 1000000000;
        if (t->tv_nsec >= 1000000000)
            t->tv_sec++, t->tv_nsec -= 1000000000;
    }
    return result;
}
END
    cc -shared -fPIC -o "$LAB/step.so" "$LAB/step.c"
    : >"$LAB/step"
    step_by 0
}
step_by() { printf '%-32s\n' "$1" 1<>"$LAB/step"; } # in place

@test "a step of the wall clock is followed by a clock line, less than 1 ms is not" {
    stepping
    WRAPPER=(env "STEP=$LAB/step" "LD_PRELOAD=$LAB/step.so" ASAN_OPTIONS=verify_asan_link_order=0)
    listen eth0
    until_true 10 said ' tick '
    step_by 500000 # 0.5 ms
    ticks=$(count_of ' tick ')
    until_true 10 more_than "$((ticks + 3))" ' tick '
    count_is ' clock ' 1
    step_by 3600000000000
    until_true 10 count_is ' clock ' 2
    stop
    # TIME moved by an hour, mono did not: their difference is 3600 s larger
    awk '$2 == "clock" { sub("mono=", "", $3); offset[++n] = $1 - $3 }
        END { moved = offset[2] - offset[1]; exit !(moved > 3599.99 && moved < 3600.01) }' "$LAB/lines"
}

processor_time() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; }

@test "an interface that is gone costs no time" {
    listen -q eth0
    ns us ip link del eth0
    until_true 10 said ' link if=eth0 state=gone'
    before=$(processor_time "$LISTEN")
    sleep 2
    # a loop that spins would have taken most of 200 hundredths of a second
    [ $(($(processor_time "$LISTEN") - before)) -lt 20 ]
    stop
}
