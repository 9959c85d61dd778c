#!/usr/bin/env bats
# shellcheck disable=SC2086,SC2154 # $advert and $v3 are several words each; bats makes stderr
# vrrp-advert without a wire: what it builds (-n, -w), what it passes on, what it refuses. Needs no privilege.

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)/build}
    advert="timeout 60 $BUILD/vrrp-advert"
    cd "$BATS_TEST_TMPDIR" || return 1
    # No such interface anywhere: nothing below depends on this host's.
    v3="if=none0 vrid=51 prio=100 ip=192.0.2.1 src=192.0.2.2"
    clock="100.000000000 clock mono=50.000000 boot=0 source=file"
}

# absent PATTERN... FILE: grep finds nothing. (A bare `!` does not fail a test.)
absent() { if grep "$@"; then return 1; fi; }

# frames FILE: of the comments that -n writes, the hex.
frames() { sed -n 's/^# frame //p' "$1"; }

# refuses STATUS TEXT ARGUMENT...: exits with it, and says TEXT on stderr and nothing on stdout.
refuses() {
    local expected=$1 text=$2 got=0
    shift 2
    $advert "$@" >out 2>err </dev/null || got=$?
    [ "$got" -eq "$expected" ] && [ ! -s out ] && grep -qF -- "$text" err && return 0
    echo "$*: exit $got, stderr:"
    cat err out
    return 1
}

@test "-n shows each line and its frame, to the octet" {
    printf '%s\n' "100 send $v3 interval=100ms" >in
    $advert -n <in >out
    # Ethernet; IPv4 (tos c0, id 1, ttl ff, protocol 70); VRRP: v3 advertisement, vrid 33, priority 64, 1 address, 10 cs
    want=01005e000012020000000001080045c0002000010000ff701898c0000202e000001231336401000a062ec0000201
    [ "$(sed -n 1p out)" = "$(cat in)" ]
    [ "$(sed -n 2p out)" = "# frame $want" ]
}

@test "to peers: a frame for each of them but itself, and its resign too" {
    echo "100 send $v3 interval=100ms peer=192.0.2.8,192.0.2.2,198.51.100.1" >in
    $advert -n <in >out
    # the pseudo-header is that of the peer; id 1 was built first, of the others only -n wants to see them
    body="ff70....c0000202c0000208 31336401000a....c0000201"
    frames out >hex
    [ "$(wc -l <hex)" -eq 4 ]
    grep -qE "^020000000002020000000001080045c00020........${body/ /}$" <(sed -n 1p hex)
    grep -qE 'c0000202c633640131336401000a....c0000201$' <(sed -n 2p hex)
    grep -qE 'c0000202c000020831330001000a....c0000201$' <(sed -n 3p hex)
    grep -qE 'c0000202c633640131330001000a....c0000201$' <(sed -n 4p hex)
    [ "$(cut -c 81-84 hex | sort -u | wc -l)" -eq 4 ]
    grep -q '^100.000000000 send .* prio=0 .* peer=192.0.2.8,192.0.2.2,198.51.100.1$' out
    $advert -w cap <in >/dev/null
    [ "$("$BUILD/vrrp-listen" -r cap 2>/dev/null | grep -c ' cksum=pseudo .*flags=unicast ')" -eq 4 ]
    echo "100 send $v3 peer=192.0.2.2" | $advert -n >out 2>err
    grep -q '^100 send .* err=EDESTADDRREQ$' out
}

@test "-n and -w act on replayed lines, and resign at their end what is still held" {
    { echo "$clock"; echo "101 send $v3 replay=yes"; echo "102 send ${v3/vrid=51/vrid=52} replay=yes"
      echo "103 state if=none0 af=4 vrid=52 from=active to=backup why=priority prio=100 replay=yes"; } >in
    $advert -n <in >out 2>err
    [ ! -s err ]
    grep -v '^# frame' out | head -n 4 | cmp - in
    [ "$(frames out | wc -l)" -eq 3 ]
    [ "$(grep -c ' prio=0 ' out)" -eq 1 ]
    grep -q '^103.000000000 send if=none0 af=4 vrid=51 .* prio=0 .* replay=yes$' out
    [ "$(tail -n 1 out)" = "103.000000000 state if=none0 af=4 vrid=51 name=none0-v4-51 from=active to=init why=upstream\
 ver=3 prio=100 interval=1s ip=192.0.2.1 replay=yes" ]
}

@test "what was resigned, or went away from active, is not resigned again" {
    { echo "1 send $v3"; echo "2 send ${v3/prio=100/prio=0}"; echo "3 send ${v3/vrid=51/vrid=52}"
      echo "4 state if=none0 af=4 vrid=52 from=active to=fault why=link prio=100"; } >in
    $advert -n <in >out
    grep -v '^# frame' out | cmp - in
}

@test "tcpdump reads what -w writes: both versions, both families, every form" {
    { echo "10.000000001 send $v3"
      echo "11 send if=none0 vrid=52 ver=2 prio=255 interval=7s ip=192.0.2.1,192.0.2.3 src=192.0.2.2 vmac=yes"
      echo "12 send if=none0 vrid=53 prio=0 interval=40950ms ip=192.0.2.1 src=192.0.2.2 vmac=yes cksum=pseudo"
      echo "13 send if=none0 af=6 vrid=54 prio=1 interval=10ms ip=fe80::1,2001:db8::1 src=fe80::2"
      echo "14 send if=none0 af=6 vrid=255 prio=254 ip=fe80::1 src=fe80::2 vmac=yes"; } >in
    $advert -w packets.pcap <in >out
    grep -v -e ' prio=0 .*lease=' -e why=upstream out | cmp - in
    tcpdump -r packets.pcap -c 5 -n -tt --nano -e -vv >text 2>/dev/null
    cat text
    absent -qi -e bad -e wrong -e truncated -e invalid text
    # -e joins an IPv4 packet's two lines
    sed -i -e ':a' -e 'N;$!ba' -e 's/\n  */ /g' text
    row() { sed -n "$1p" text | grep -qE "$2"; }
    row 1 '^10\.000000001 02:00:00:00:00:01 > 01:00:5e:00:00:12, .*tos 0xc0, ttl 255, .*proto VRRP \(112\), length 32\)'
    row 1 '192\.0\.2\.2 > 224\.0\.0\.18: VRRPv3, Advertisement, vrid 51, prio 100, intvl 100cs, length 12,'
    row 1 'addrs: 192\.0\.2\.1$'
    row 2 '^11\.000000000 00:00:5e:00:01:34 > 01:00:5e:00:00:12, .*tos 0xc0, ttl 255'
    row 2 'VRRPv2, Advertisement, vrid 52, prio 255, authtype none, intvl 7s, length 24,'
    row 2 'addrs\(2\): 192\.0\.2\.1,192\.0\.2\.3$'
    row 3 '^12\.000000000 00:00:5e:00:01:35 > .*VRRPv3, Advertisement, vrid 53, prio 0, intvl 4095cs'
    row 4 '^13\.000000000 02:00:00:00:00:01 > 33:33:00:00:00:12, .*class 0xc0, hlim 255, next-header VRRP \(112\)'
    row 4 'fe80::2 > ff02::12: VRRPv3, Advertisement, vrid 54, prio 1, intvl 1cs, length 40,'
    row 4 'addrs\(2\): fe80::1,2001:db8::1$'
    row 5 '^14\.000000000 00:00:5e:00:02:ff > .*vrid 255, prio 254'
}

@test "vrrp-listen reads what -w writes, and the checksum has the form that was asked for" {
    { for form in message pseudo; do echo "1 send $v3 cksum=$form"; done
      echo "2 send if=none0 vrid=51 ver=2 prio=100 ip=192.0.2.1 src=192.0.2.2"
      echo "3 send if=none0 af=6 vrid=51 prio=100 ip=fe80::1 src=fe80::2"
      echo "4 state if=none0 af=4 vrid=51 from=active to=init why=shutdown prio=100"
      echo "5 state if=none0 af=6 vrid=51 from=active to=init why=shutdown prio=100"; } >in
    $advert -w packets.pcap <in >/dev/null
    timeout 60 "$BUILD/vrrp-listen" -r packets.pcap >lines
    [ "$(grep -c ' advert ' lines)" -eq 4 ]
    absent -q ' bad ' lines
    [ "$(sed -n 's/.* advert .*cksum=\([a-z]*\).*/\1/p' lines | tr '\n' ' ')" = "message pseudo message pseudo " ]
    absent -q 'flags=' lines
    grep -q 'af=6 vrid=51 .*prio=100 interval=1s src=fe80::2 dst=ff02::12 ttl=255 smac=02:00:00:00:00:01' lines
}

@test "-w - writes packets to standard output, and no lines" {
    echo "1 send $v3" | $advert -w - >packets.pcap
    [ "$(tcpdump -r packets.pcap -n 2>/dev/null | wc -l)" -eq 2 ] # it, and the priority 0
}

@test "what it does not know goes on unchanged to the byte" {
    { printf '# a comment\n\n   \nfrobnicate a=1 b=%%20\n1.5 advert if=eth0 vrid=1 dir=in unknown=yes\r\n'
      printf 'tick\n2026-11-22T03:14:07.123456789+01:00 track name=web state=up\n7 elected vrid=9\n'
      printf '8 state if=e0 af=4 vrid=1 from=backup to=active why=timed-out prio=7 extra=1\r\n%s\n' "$clock"; } >in
    $advert -n <in >out 2>err
    cmp in out
    [ ! -s err ]
}

@test "a malformed line is reported with its number and word, skipped, and the rest goes on" {
    { echo "first=line"; echo "2 send $v3 prio=100"; echo "3 send ${v3/vrid=51/vrid=256}"
      echo "4 send ${v3/ip=192.0.2.1/ip=::1}"; echo "5 send if=none0 vrid=51 prio=1"; printf '6 no\0nul\n'
      head -c 1000000 /dev/zero | tr '\0' x; echo
      echo "8 state if=none0 af=4 vrid=1 from=up to=down"; echo "9 clock mono=x"; echo "10 send $v3 src="
      echo "11 tick every=1s"; } >in
    $advert -n <in >out 2>err
    cat err
    echo "11 tick every=1s" | cmp - out
    row() { grep -qE "^vrrp-advert: standard input:$1: $2" err; }
    row 1 'first=line: '
    row 2 'prio=100: duplicate key'
    row 3 'vrid=256: a value that it cannot have$'
    row 4 'ip=::1: a value that it cannot have$'
    row 5 'ip: missing$'
    row 6 ''
    row 7 'line.* too long|.*16384'
    row 8 'from=up: a value that it cannot have$'
    row 9 'mono=x: a value that it cannot have$'
    row 10 'src=: '
    [ "$(wc -l <err)" -eq 10 ]
}

@test "a burst of malformed lines is a few lines of report" {
    for ((i = 0; i < 2000; i++)); do echo "$i bad=1"; done >in
    echo "tick" >>in
    $advert -n <in >out 2>err
    [ "$(cat out)" = tick ]
    [ "$(wc -l <err)" -lt 40 ]
}

@test "an advert that cannot be built says so on its line and once on stderr" {
    { echo "1 send if=none0 vrid=51 prio=100 ip=192.0.2.1"; echo "2 send if=none0 vrid=51 prio=100 ip=192.0.2.1"; } >in
    $advert -n <in >out 2>err
    [ "$(grep -c ' err=EADDRNOTAVAIL$' out)" -eq 3 ] # and the priority 0
    sed -n 's/ err=EADDRNOTAVAIL$//p' out | head -n 2 | cmp - in
    [ "$(wc -l <err)" -eq 1 ]
    grep -q '^vrrp-advert: none0: no usable IPv4 address' err
    absent -q '^# frame' out
}

@test "what went wrong is told before a comment, not in it" {
    printf 'send if=none0 vrid=51 prio=100 ip=192.0.2.1 ip6=a#b%s\n' '' ' ' ' # a comment' '	#' >in
    printf 'send if=none0 vrid=51 prio=100 ip=192.0.2.1 \r\n' >>in
    $advert -n <in 2>err | head -n 5 >out
    [ "$(head -n 4 out | grep -cE ' ip6=a#b err=EADDRNOTAVAIL( |$|	#$| # a comment$)')" -eq 4 ]
    [ "$(sed -n 5p out)" = "$(printf 'send if=none0 vrid=51 prio=100 ip=192.0.2.1 err=EADDRNOTAVAIL \r')" ]
}

@test "a source that is no machine's never becomes a packet" {
    for src in 224.0.0.18 127.0.0.1 0.0.0.0; do
        echo "send if=none0 vrid=51 prio=100 ip=192.0.2.1 src=$src" | $advert -n 2>err | sed 1q >out
        grep -q ' err=EINVAL$' out
    done
}

@test "standard input or output closed: exit 3" {
    run -3 --separate-stderr bash -c "$advert -n <&-"
    [ "$stderr" = "vrrp-advert: standard input: Bad file descriptor" ]
    run -3 --separate-stderr bash -c "$advert -n -c 1 $v3 >&-"
    [ "$stderr" = "vrrp-advert: standard output: Bad file descriptor" ]
}

@test "nothing is lost on the way to a slow reader" {
    for ((i = 1; i <= 3000; i++)); do echo "$i send $v3"; done >in
    $advert -n <in | { sleep 1; cat; } >out
    [ "$(frames out | wc -l)" -eq 3001 ]
    grep -v -e '^# frame' -e ' prio=0 ' -e ' state ' out | cmp - in
}

@test "by hand: a clock, then what is sent; two adverts an interval apart; no resign with -c" {
    $advert -n -c 2 $v3 interval=200ms vmac=yes fence=yes >out
    cat out
    [ "$(awk '!/^#/ { print $2 }' out | tr '\n' ' ')" = "clock send state send " ]
    sed -n 1p out | grep -qE '^[0-9]+\.[0-9]{9} clock mono=[0-9.]+ boot=[0-9a-z-]+ source=live$'
    sed -n 2p out | grep -q ' send if=none0 af=4 vrid=51 name=none0-v4-51 ver=3 prio=100 interval=200ms'
    sed -n 2p out | grep -q 'ip=192.0.2.1 src=192.0.2.2 vmac=yes cksum=pseudo garp=5,5s,5 .*lease=1s announce=yes fence=600ms$'
    awk '$2 == "send" { t[++n] = $1 } END { exit !(n == 2 && t[2] - t[1] > 0.15) }' out
    [ "$(frames out | cut -c 13-24 | uniq)" = 00005e000133 ]
}

@test "by hand: prio=0 resigns, and says nothing of a state" {
    $advert -n -c 1 ${v3/prio=100/prio=0} >out
    [ "$(awk '!/^#/ { print $2 }' out | tr '\n' ' ')" = "clock send " ]
    [ "$(frames out | cut -c 73-74)" = 00 ]
}

@test "by hand: INT, TERM and HUP each end it with a resign, exit 0" {
    for signal in INT TERM HUP; do
        mkfifo "lines.$signal"
        $BUILD/vrrp-advert -n $v3 interval=10s >"lines.$signal" 3>&- &
        pid=$!
        exec 9<"lines.$signal"
        while read -r -t 20 -u 9 line && [[ "$line" != *" state "* ]]; do :; done
        kill -"$signal" "$pid"
        timeout 20 cat <&9 >rest
        exec 9<&-
        wait "$pid"
        [ "$(awk '!/^#/ { print $2 }' rest | tr '\n' ' ')" = "send state " ]
        grep -q ' send .* prio=0 ' rest
        grep -q ' state .* from=active to=init why=shutdown ' rest
    done
}

@test "what it prints by hand is what it reads as a filter" {
    $advert -n -c 1 $v3 | $advert -n >out
    [ "$(frames out | wc -l)" -ge 2 ]
    absent -q err= out
}

@test "the words of a vr line, and what is wrong with them: exit 2" {
    refuses 2 'colour=red' $v3 colour=red
    refuses 2 'vrid=0' ${v3/vrid=51/vrid=0}
    refuses 2 'vrid=256' ${v3/vrid=51/vrid=256}
    refuses 2 'vrid' if=none0 ip=192.0.2.1
    refuses 2 'prio=256: prio: 0..255; 0 is a resign' ${v3/prio=100/prio=256}
    refuses 2 'prio=x: prio: 0..255; 0 is a resign' ${v3/prio=100/prio=x}
    refuses 2 'prio=: a value is missing' ${v3/prio=100/prio=}
    refuses 2 'prio=5' ${v3/prio=100/prio=0} prio=5
    refuses 2 'prio=0' ${v3/prio=100/prio=0} prio=0
    refuses 2 'interval=15ms' $v3 interval=15ms
    refuses 2 'interval=1500ms' $v3 ver=2 interval=1500ms
    refuses 2 'ip=192.0.2.1,2001:db8::1' if=none0 vrid=51 ip=192.0.2.1,2001:db8::1
    refuses 2 'src=fe80::1' if=none0 vrid=51 ip=192.0.2.1 src=fe80::1
    refuses 2 'cksum=best' $v3 cksum=best
    refuses 2 'eth0' eth0
}

@test "options that do not go together, or have a wrong value: exit 2" {
    refuses 2 '-n and -w' -n -w file
    refuses 2 'operands' -c 3
    refuses 2 'operands' -F
    refuses 2 '-c 0' -c 0 $v3
    refuses 2 '-c x' -c x $v3
    [ ! -e file ]
}

@test "a usage error leaves the file of -w as it is; so does its being what is read" {
    echo precious >file
    refuses 2 'src=' -w file if=none0 vrid=51 ip=192.0.2.1
    refuses 2 'vrid=0' -w file ${v3/vrid=51/vrid=0}
    [ "$(cat file)" = precious ]
    echo "1 send $v3" >log
    run -2 --separate-stderr bash -c "$advert -w log <log"
    [ "$stderr" = "vrrp-advert: -w log: is the file that is read" ]
    [ -s log ]
}

@test "-w -: no packets to a terminal, exit 2" {
    run -2 timeout 20 script -qec "$BUILD/vrrp-advert -w - $v3" /dev/null
    [[ "$output" == *"-w -: packets are not written to a terminal"* ]]
}

@test "-w of a FIFO waits for its reader, and a signal ends that" {
    mkfifo fifo
    $BUILD/vrrp-advert -w fifo $v3 >out 2>err 3>&- &
    pid=$!
    until grep -q '^SigBlk:.*[4-7c-f][0-9a-f]\{3\}$' "/proc/$pid/status"; do sleep 0.01; done
    kill -TERM "$pid"
    timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
    wait "$pid"
    [ ! -s out ] && [ ! -s err ]
    $advert -w fifo -c 2 $v3 interval=10ms >out 3>&- &
    timeout 20 cat fifo >packets.pcap
    wait "$!"
    [ "$(tcpdump -r packets.pcap -n 2>/dev/null | wc -l)" -eq 2 ]
}

@test "by hand without a source address: exit 2, and src= is named" {
    refuses 2 'src=' -n if=none0 vrid=51 ip=192.0.2.1
    refuses 2 'src=' -n if=none0 vrid=51 ip=fe80::1
}

@test "without CAP_NET_RAW: exit 3, and how to get it" {
    unprivileged=()
    [ "$(id -u)" -ne 0 ] || unprivileged=(setpriv --bounding-set -all --inh-caps -all --)
    run -3 --separate-stderr "${unprivileged[@]}" "$BUILD/vrrp-advert" if=lo vrid=51 ip=192.0.2.1
    [[ "$stderr" == *"CAP_NET_RAW"*"setcap"* ]]
    run -3 --separate-stderr "${unprivileged[@]}" "$BUILD/vrrp-advert" </dev/null
    [[ "$stderr" == *"CAP_NET_RAW"*"setcap"* ]]
    echo "send $v3" | "${unprivileged[@]}" "$BUILD/vrrp-advert" -n | grep -q '^# frame' # needs none
}

@test "with a terminal for standard input and no operands: usage, exit 2" {
    run -2 timeout 20 script -qec "$BUILD/vrrp-advert" /dev/null
    [[ "$output" == *"usage: vrrp-advert"* ]]
}

@test "what cannot be written: exit 3" {
    for where in /dev/full /nowhere/file .; do
        run -3 --separate-stderr $advert -w "$where" -c 1 $v3
        [[ "$stderr" == vrrp-advert:* ]]
    done
    echo "1 send $v3" >in
    run -3 --separate-stderr bash -c "$advert -n <in >/dev/full"
    [[ "$stderr" == *"No space left"* ]]
    run -3 --separate-stderr bash -c "$advert -w /dev/full <in"
    [[ "$stderr" == *"No space left"* ]]
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
}

@test "a reader of -n that has enough ends it quietly" {
    for ((i = 1; i <= 5000; i++)); do echo "$i send $v3"; done >in
    $advert -n <in 2>err | head -n 1 >out
    [ "${PIPESTATUS[0]}" -eq 0 ]
    cmp out <(head -n 1 in)
    [ ! -s err ]
}
