#!/usr/bin/env bats
# What is said on a segment besides VRRP: ARP and neighbour advertisements for the addresses of virtual routers, CARP,
# HSRP, GLBP; the segment's name and VLANs on all of it.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return 1
    frames >plain
    hex2pcap <plain >capture
}

vector() { awk -F '\t' -v id="$1" '$1 == id { print $6 }' "$root/tests/unit/vectors.tsv"; }
segment() { grep -v '^#' "$root/tests/pcap/segment.hex"; }
# Two adverts, the segment, CARP, a bad packet.
frames() {
    vector V03
    vector V05
    segment
    vector V13
    vector V08
}
# tagged TYPE-AND-VLAN: the frames of stdin with this tag.
tagged() { sed "s/^.\{24\}/&$1/"; }

# refused MESSAGE ARGUMENT...: exit 2, this message.
refused() {
    local message=$1 status=0
    shift
    vrrp-listen "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq 2 ] && [ ! -s out ] && [ "$(head -n 1 err)" = "vrrp-listen: $message" ] && return
    echo "status $status, stderr: $(cat err)"
    return 1
}

@test "each has its line, and what announces nothing has none" {
    vrrp-listen -r capture >out
    cmp "$root/tests/pcap/segment.lines" out
}

@test "an address is one of a virtual router once an advertisement has named it, or with VRRP's MAC address" {
    { segment && vector V03 && segment; } | hex2pcap | vrrp-listen -r - event=announce >out
    # before: the two of the virtual routers' own MAC addresses; after: all of IPv4
    [ "$(grep -c ' af=6 ' out)" -eq 2 ]
    [ "$(grep -c ' af=6 .* mac=00:00:5e:00:02:0a ' out)" -eq 2 ]
    [ "$(grep -c ' af=4 ' out)" -eq 5 ]
    [ "$(grep ' af=4 ' out | head -n 1 | grep -c 'mac=00:00:5e:00:01:0a op=garp')" -eq 1 ]
}

@test "whose address it is: of who advertised it last, before that what a virtual MAC address says" {
    others() { vector V03 | sed 's/310a64010064a791/310b64010064a790/'; } # of 11
    mac_of_7() { segment | sed 's/00005e00010a/00005e000107/g'; }
    whose() { vrrp-listen -r shared af=4 event=announce "$@" | vrrp-pick -k vrid announce | uniq -c | tr -s ' \n' ' '; }
    { mac_of_7 && vector V03 && mac_of_7 && others && mac_of_7 && vector V03 && mac_of_7; } | hex2pcap >shared
    [ "$(whose)" = " 1 7 4 10 4 11 4 10 " ]
    # who asks for one of them does not hear of the other
    [ "$(whose vrid=10)" = " 12 10 " ]
    [ "$(whose vrid!=10)" = " 1 7 4 11 " ]
}

@test "what is not valid names no address" {
    { vector V08 && segment; } | hex2pcap | vrrp-listen -r - >out
    grep -q ' bad .*ip=192.0.2.254' out
    [ "$(grep -c ' announce ' out)" -eq 2 ]
}

@test "an address is one of its own VLAN only" {
    { vector V03 | tagged 81000064 && segment && segment | tagged 81000064 && segment | tagged 81000065; } |
        hex2pcap | vrrp-listen -r - event=announce af=4 >out
    [ "$(grep -c ' vlan=100 ' out)" -eq 4 ]
    [ "$(grep ' announce ' out | grep -vc ' vlan=100 ')" -eq 2 ] # VRRP's MAC address
}

@test "-q leaves announce out, and nothing else" {
    vrrp-listen -q -r capture >out
    grep -v ' announce ' "$root/tests/pcap/segment.lines" | cmp - out
}

@test "words select announcements and other protocols, too" {
    count() { vrrp-listen -r capture "$@" | grep -vc ' clock '; }
    [ "$(count event=announce)" -eq 8 ]
    [ "$(count event!=announce)" -eq 8 ]
    [ "$(count event=announce af=6)" -eq 4 ]
    [ "$(count ip=192.0.2.254)" -eq 6 ]
    [ "$(count op=garp)" -eq 2 ]
    [ "$(count op=na flags=router,solicited)" -eq 3 ]
    [ "$(count mac=02:00:00:00:00:02)" -eq 4 ]
    [ "$(count proto=hsrp)" -eq 3 ]
    [ "$(count proto=glbp,carp)" -eq 2 ]
    [ "$(count state=active prio=110..)" -eq 3 ]
    [ "$(count group=1..9)" -eq 3 ]
    [ "$(count hold=10s hello=3s)" -eq 4 ]
    [ "$(count advbase=1)" -eq 1 ]
    [ "$(count vrid=10)" -eq 12 ] # all but HSRP and GLBP, which have none
    [ "$(count vrid=10 event=announce)" -eq 8 ]
    [ "$(count vrid!=10)" -eq 4 ]
    [ "$(count vrid=11)" -eq 0 ]
    [ "$(count vrid!=11)" -eq 16 ]
    refused "op=x: op: garp, reply, na; hello, coup, resign" -r capture op=x
}

@test "-s NAME is seg= of each line of a packet" {
    vrrp-listen -r capture -s 'a lan' >out
    sed -E '2,$s/ (advert|bad|announce|other) / \1 seg=a%20lan /' "$root/tests/pcap/segment.lines" | cmp - out
    for event in advert bad announce other; do
        grep -q " $event seg=a%20lan " out
    done
    name=$(printf 'n%.0s' {1..63})
    vrrp-listen -r capture "-s$name" | grep -q " advert seg=$name "
    refused "-s n$name: not 1 to 63 bytes" -r capture -s "n$name"
    refused "-s : not 1 to 63 bytes" -r capture -s ''
}

@test "VLANs: the outermost tag is told of each line" {
    tagged 81000064 <plain | hex2pcap | vrrp-listen -i eth0 -r - >one
    tagged 8100002a <plain | tagged 88a80064 | hex2pcap | vrrp-listen -i eth0 -r - >two
    sed -E '2,$s/ (advert|bad|announce|other) / \1 if=eth0 vlan=100 /' "$root/tests/pcap/segment.lines" >wanted
    cmp wanted one
    cmp wanted two
}

@test "-w keeps their packets: the same lines come of it" {
    vrrp-listen -r capture -w small >out
    vrrp-listen -r small | cmp - out
    vrrp-listen -q -r capture -w smaller >/dev/null
    [ "$(stat -c %s smaller)" -lt "$(stat -c %s small)" ]
}

# announced CAPTURE IP MAC OP: how many such lines.
announced() {
    vrrp-listen -r "$root/tests/pcap/$1.pcap" event=announce "ip=$2" "mac=$3" "op=$4" | grep -c ' announce '
}

@test "real takeovers: who told the hosts" {
    local ip
    [ "$(announced crash 192.0.2.100 02:00:00:00:00:01 garp)" -eq 10 ]
    [ "$(announced crash 192.0.2.100 02:00:00:00:00:02 garp)" -eq 10 ]
    [ "$(announced crash 192.0.2.100 02:00:00:00:00:02 reply)" -eq 1 ]
    for ip in fe80::100 2001:db8::100; do
        [ "$(announced ipv6-crash "$ip" 02:00:00:00:00:02 na)" -eq 10 ]
    done
    [ "$(announced vmac 192.0.2.100 00:00:5e:00:01:33 garp)" -eq 20 ]
    [ "$(announced vip-stolen 192.0.2.100 02:00:00:00:00:03 garp)" -eq 3 ]
}

# A virtual router that falls silent while others announce its address, and one that does not.
story() {
    local i
    for ((i = 0; i < 5; i++)); do
        vector V03
    done
    for ((i = 0; i < 4; i++)); do
        segment
    done
    vector V03
}

@test "vrrp-elect decides nothing by them, and counts none" {
    story | hex2pcap | vrrp-listen -i eth0 -r - >with
    grep -Ev ' (announce|other) ' with >without
    [ "$(grep -c ' announce ' with)" -ge 10 ]
    vrrp-elect -t <with >observed
    vrrp-elect -t <without | cmp - observed
    grep -q ' vacant ' observed
    echo 'vr if=eth0 vrid=10 prio=50 ip=192.0.2.254' >file
    vrrp-elect -t -f file <with >decided
    vrrp-elect -t -f file <without | cmp - decided
    grep -q ' to=active ' decided
    echo 'status id=1' >>with
    echo 'status id=1' >>without
    vrrp-elect -t -f file <with | grep ' status ' >counted
    vrrp-elect -t -f file <without | grep ' status ' | cmp - counted
    grep -q ' status ' counted
}

@test "and passes them on with -p, as all filters do" {
    grep -E ' (announce|other) ' "$root/tests/pcap/segment.lines" >said
    vrrp-elect -t -p <"$root/tests/pcap/segment.lines" | grep -E ' (announce|other) ' >elect
    cmp elect said
    vrrp-advert -n <said | grep -v '^#' >advert
    cmp advert said
    vrrp-pick <said >picked
    cmp picked said
}
