#!/usr/bin/env bats
# vip-up, vip-down, vip-follow: their words, and how they say no. What they set is tests/net's.

setup() {
    BUILD=${BUILD:-$(realpath -m "$BATS_TEST_DIRNAME/../../build")}
}

# fails STATUS MESSAGE COMMAND...: it ends with that status, says the message on stderr and nothing on stdout.
fails() {
    local status=0 expected=$1 message=$2
    shift 2
    "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
    cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
    echo "status $status"
    [ "$status" -eq "$expected" ] && [ ! -s "$BATS_TEST_TMPDIR/out" ] && grep -qF -- "$message" "$BATS_TEST_TMPDIR/err"
}

# As somebody who may do nothing.
unprivileged() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
    else
        "$@"
    fi
}

@test "without an interface and an address: usage, exit 2" {
    for words in "" "lo"; do
        for program in vip-up vip-down; do
            # shellcheck disable=SC2086 # words are words
            fails 2 "usage: $program" "$BUILD/$program" $words
        done
    done
}

@test "a word that is not an address is named, exit 2" {
    for word in 192.0.2.256 192.0.2 192.0.2.1/33 192.0.2.1/ 2001:db8::1/129 2001:db8::g web "" " 192.0.2.1" 192.0.2.01; do
        fails 2 "$word: not an IPv4 or IPv6 address" "$BUILD/vip-up" -n lo 192.0.2.9 "$word"
        fails 2 "$word: not an IPv4 or IPv6 address" "$BUILD/vip-down" -n lo 192.0.2.9 "$word"
    done
}

@test "an address that no host can have is named, exit 2" {
    for word in 0.0.0.0 :: 224.0.0.18 ff02::12 127.0.0.1 ::1 255.255.255.255 192.0.2.1/0 2001:db8::1/0; do
        fails 2 "$word: not an address that an interface can have" "$BUILD/vip-up" -n lo "$word"
    done
}

@test "an address given twice is named, exit 2" {
    fails 2 "2001:db8:0::1/64: given twice" "$BUILD/vip-up" -n lo 2001:db8::1 2001:db8:0::1/64
}

@test "a lease is whole seconds, a count 0 to 255, else exit 2" {
    for lease in 0s 500ms 1500ms 4294967295s 999999999999s; do
        fails 2 "-l $lease: the kernel takes whole seconds, from 1s to 876000h (100 years)" "$BUILD/vip-up" -n -l "$lease" lo 192.0.2.1
    done
    run "$BUILD/vip-up" -n -l 876000h lo 192.0.2.1
    [ "$output" = "add 192.0.2.1/32 on lo for 3153600000s" ]
    for lease in x 5 -- -5s; do
        fails 2 "-l $lease: not a duration" "$BUILD/vip-up" -n -l "$lease" lo 192.0.2.1
    done
    for count in 256 -1 x; do
        fails 2 "-g $count: not a number from 0 to 255" "$BUILD/vip-up" -n -g "$count" lo 192.0.2.1
    done
}

@test "a label, a scope: what cannot be is named, exit 2" {
    for label in a:b a/b 12345678901234 "a b"; do
        fails 2 "--label $label: 1..13 bytes without / : or blank" "$BUILD/vip-up" -n --label "$label" lo 192.0.2.1
    done
    fails 2 "--label 1234567890123: lo:1234567890123 has more than 15 bytes" \
        "$BUILD/vip-up" -n --label 1234567890123 lo 192.0.2.1
    run "$BUILD/vip-up" -n --label 123456789012 lo 192.0.2.1
    [ "$output" = "add 192.0.2.1/32 on lo" ]
    run "$BUILD/vip-up" -n --label 1234567890123 lo 2001:db8::1 # of IPv4 only
    [ "$output" = "add 2001:db8::1/128 on lo" ]
    for scope in universe 256 -1; do
        fails 2 "--scope $scope: global, site, link, host or 0..255" "$BUILD/vip-up" -n --scope "$scope" lo 192.0.2.1
    done
}

@test "--adopt adds and announces nothing, and is nothing for --vmac" {
    run "$BUILD/vip-up" -n --adopt lo 192.0.2.1 2001:db8::1
    [ "$status" -eq 0 ]
    [ "$output" = "" ]
    fails 2 "--adopt: on the macvlan of --vmac is nothing that is not ours" "$BUILD/vip-up" -n --adopt --vmac 1 lo 192.0.2.1
}

@test "an interface that is not there: exit 3" {
    fails 3 "vip-up: nowhere0: no such device" "$BUILD/vip-up" nowhere0 192.0.2.1
    fails 3 "vip-down: nowhere0: no such device" "$BUILD/vip-down" nowhere0 192.0.2.1
}

@test "a name that no interface has is named, exit 2: an alias would be taken for its interface" {
    for name in lo:1 a/b ' ' $'lo\t' '' . .. sixteen-bytes-xx; do
        for program in vip-up vip-down; do
            fails 2 ": not an interface's name: 1..15 bytes" "$BUILD/$program" -n "$name" 192.0.2.77
        done
    done
    fails 2 "vip-down: lo:1: not an interface's name: 1..15 bytes without / : or blank" \
        "$BUILD/vip-down" lo:1 192.0.2.77
}

@test "-n says what would be done, and needs no permission" {
    run unprivileged "$BUILD/vip-up" -n -l 10s lo 192.0.2.77 2001:db8::77/64
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "add 192.0.2.77/32 on lo for 10s" ]
    [ "${lines[1]}" = "add 2001:db8::77/64 on lo for 10s" ]
    [ "${#lines[@]}" -eq 2 ] # nothing is announced on lo
    run unprivileged "$BUILD/vip-down" lo 192.0.2.77 2001:db8::77
    [ "$status" -eq 0 ] # what is not there need not go
    [ -z "$output" ]
}

@test "no permission: a message that says how to get it, exit 3" {
    hint="needs CAP_NET_ADMIN,CAP_NET_RAW: run as root, or setcap cap_net_admin,cap_net_raw+ep"
    fails 3 "vip-up: lo: permission denied; $hint" unprivileged "$BUILD/vip-up" lo 192.0.2.77
    fails 3 "vip-follow: addresses: permission denied; $hint" unprivileged "$BUILD/vip-follow"
}

@test "vip-follow takes lines and no operands: exit 2" {
    fails 2 "eth0: takes no operands" "$BUILD/vip-follow" eth0
}
