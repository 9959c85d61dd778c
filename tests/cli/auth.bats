#!/usr/bin/env bats
# Key files: what is refused and what is said of it, never a secret; captures that are verified; what is signed by hand.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return 1
    umask 077
    key32=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
}

# keys LINE...: the file `keys`.
keys() { printf '%s\n' "$@" >keys; }

# The packets of draft-cassen-vrrp-auth-hmac's appendix, in Ethernet frames.
draft() {
    echo "01005e000012 02000000000a 0800 45c0003c00010000ff70b96ec633640ae0000012" \
        "3133c80100644402c0000264 010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265"
    echo "333300000012 02000000000a 86dd 6c000000003470fffe800000000000000000000000000010fe800000000000000000000000000020" \
        "3133c8010064a2e9 fe800000000000000000000000000100 010100006800000080000000 c8c56146ebfd66ee10ec4d8186461b78"
}

@test "the packets of the draft are verified" {
    draft | hex2pcap >draft.pcap
    keys "key vrid=51 type=hmac id=1 anti-replay=monotonic hex=$key32"
    vrrp-listen -r draft.pcap -k keys | grep -c ' auth=hmac:ok seq=7493989782091988992 ' | grep -qx 2
    # said in 1970, and so at another time than they tell; the key is right
    keys "key vrid=51 type=hmac id=1 hex=$key32"
    vrrp-listen -r draft.pcap -k keys | grep -c ' bad .* why=auth .* auth=hmac:ok ' | grep -qx 2
    # another key
    keys "key vrid=51 type=hmac id=1 anti-replay=monotonic hex=${key32/00/01}"
    vrrp-listen -r draft.pcap -k keys | grep -c ' bad .* why=auth .* auth=hmac:unchecked ' | grep -qx 2
    # none of this virtual router, and none at all
    keys "key vrid=52 type=hmac id=1 hex=$key32"
    vrrp-listen -r draft.pcap -k keys | grep -c ' advert .* auth=hmac:unchecked ' | grep -qx 2
    vrrp-listen -r draft.pcap | grep -c ' advert .* auth=hmac:unchecked ' | grep -qx 2
}

# refused MESSAGE LINE...: -k keys with these lines, exit 2.
refused() {
    local message=$1 status=0
    shift
    keys "$@"
    vrrp-listen -r /dev/null -k keys >out 2>err || status=$?
    [ "$status" -eq 2 ] && [ ! -s out ] && [ "$(sed 1q err)" = "vrrp-listen: $message" ] &&
        [ "$(sed 1d err)" = "vrrp-listen: -k keys: nothing was started" ] && return
    echo "status $status: $(cat err)"
    return 1
}

@test "what is wrong in a key file is named: file, line, word, but no secret" {
    refused "-k keys: no key is in it: a key line is needed" "# nothing"
    refused "keys:2: vrid=0: vrid: 1..255" "# keys" "key vrid=0 type=pass secret=hunter2"
    refused "keys:1: secret: of pass and ah 1 to 8 bytes" "key vrid=1 type=pass secret=hunter2hunter2"
    refused "keys:1: hex: pairs of hexadecimal digits, at most 64" "key vrid=1 type=pass hex=hunter2"
    refused "keys:1: secret: a byte that must be written %XX, or a % without two hex digits" \
        "key vrid=1 type=pass secret=hunter2%"
    refused "keys:1: not key=value" "key vrid=1 type=pass hunter2"
    refused "keys:1: not a key line" "hunter2"
    refused "keys:1: not an event: a lower-case word" "Hunter2"
    refused "keys:1: secret: duplicate key" "key vrid=1 type=pass secret=hunter2 secret=hunter2"
    refused "keys:1: an unknown key: if, af, vrid, type, id, secret, hex, anti-replay and time-window are known" \
        "key vrid=1 type=pass password=hunter2"
    refused "keys:2: id: another key of this virtual router has it" \
        "key vrid=1 type=hmac id=1 hex=$key32" "key if=eth0 vrid=1 type=hmac id=1 hex=$key32"
    run grep -i hunter err
    [ "$status" -eq 1 ]
}

# unread MESSAGE STATUS FILE
unread() {
    local status=0
    vrrp-listen -r /dev/null -k "$3" >out 2>err || status=$?
    [ "$status" -eq "$2" ] && [ "$(sed 1q err)" = "vrrp-listen: -k $3: $1" ] && return
    echo "status $status: $(cat err)"
    return 1
}

@test "a key file that others may read, or that is none, is refused" {
    local mode
    keys "key vrid=1 type=pass secret=hunter2"
    for mode in 640 604 602 666 700; do
        chmod "$mode" keys
        unread "its mode must be 0600 (chmod 600): there are keys in it" 2 keys
    done
    chmod 400 keys
    vrrp-listen -r "$root/tests/pcap/keepalived.pcap" -k keys >out
    unread "No such file or directory" 3 nokeys
    unread "not a plain file" 2 .
    mkfifo fifo
    unread "not a plain file" 2 fifo
}
