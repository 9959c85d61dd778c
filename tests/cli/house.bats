#!/usr/bin/env bats
# What every program has in common, and what is around them: options, exit status, size, hardening, installation, deps.

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    release=${BUILD%/asan}
    version=$(sed -n 's/^VERSION := //p' "$root/Makefile")
    programs=$(sed -n 's/^programs := //p' "$root/Makefile")
    [ -n "$version" ] && [ -n "$programs" ]
}

# Each program, by name, in $p; what follows is run in this shell.
for_each() {
    for p in $programs; do
        "$@" || { echo "$p: $* does not hold" && return 1; }
    done
}

says_version() {
    [ "$("$BUILD/$p" -V)" = "$p $version" ] && [ "$("$BUILD/$p" --version)" = "$p $version" ]
}

@test "-V and --version print name and version" {
    for_each says_version
}

says_help() {
    "$BUILD/$p" -h >"$BATS_TEST_TMPDIR/short" 2>"$BATS_TEST_TMPDIR/err" || return 1
    "$BUILD/$p" --help >"$BATS_TEST_TMPDIR/long" || return 1
    cmp "$BATS_TEST_TMPDIR/short" "$BATS_TEST_TMPDIR/long" || return 1
    [ ! -s "$BATS_TEST_TMPDIR/err" ] && grep -qE "^usage: $p( |\$)" "$BATS_TEST_TMPDIR/short"
}

@test "-h and --help print the usage to stdout, exit 0" {
    for_each says_help
}

refuses_option() {
    local option status=0
    for option in --frobnicate -Z; do
        status=0
        "$BUILD/$p" "$option" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
        [ "$status" -eq 2 ] && [ ! -s "$BATS_TEST_TMPDIR/out" ] || return 1
        grep -q -- "^$p: $option: unknown option" "$BATS_TEST_TMPDIR/err" || return 1
        grep -qE "^usage: $p( |\$)" "$BATS_TEST_TMPDIR/err" || return 1
    done
}

@test "an unknown option is named on stderr with the usage, exit 2" {
    for_each refuses_option
}

# ends_with REASON ARGUMENT...: exit 2 or 3, and a first line that begins with the program, is short, and ends in the reason.
ends_with() {
    local reason=$1 status=0 said
    shift
    "$BUILD/$p" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
    said=$(head -n 1 "$BATS_TEST_TMPDIR/err")
    [[ $status == [23] && $said == "$p: "* && $said == *": $reason" && ${#said} -lt 512 ]] && return
    echo "status $status: $said"
    return 1
}

@test "a long word does not hide what is wrong with it" {
    local long many
    long=$(printf '%2000s' '' | tr ' ' x)
    many=$(for n in {1..91}; do printf '2001:db8:1234:5678:9abc:def0:1234:%x,' "$n"; done)
    for_each ends_with "unknown option" "--$long"
    p=vrrp-pick ends_with "not an event or key=value" "$long/"
    p=vrrp-pick ends_with "not a number from 1 to 9223372036854775807" -c "$long"
    p=vrrp-listen ends_with "File name too long" -r "/$long"
    p=vrrp-listen ends_with "no line of a packet has this key" -r /dev/null "$long=1"
    p=vrrp-elect ends_with "name: 1..63 bytes" if=eth0 vrid=5 ip=192.0.2.1 "name=$long"
    p=vrrp-elect ends_with "File name too long" -f "/$long"
    p=vrrp-elect ends_with "more than 90 IPv6 addresses do not fit into a packet of 1500 bytes; excluded= takes more" \
        if=eth0 vrid=5 "ip=${many%,}"
    many=$(printf '192.0.2.%d,' {1..200})
    p=vrrp-elect ends_with "ip: 192.0.2.77: an address stands there twice" if=eth0 vrid=5 "ip=${many}192.0.2.77"
    p=vrrp-advert ends_with "File name too long" -w "/$long" if=eth0 vrid=5 ip=192.0.2.1 src=192.0.2.2
    p=vip-up ends_with "not an IPv4 or IPv6 address, or its length is out of range" lo "$long"
}

@test "a word cannot move the cursor" {
    run "$BUILD/vrrp-pick" $'\e[2J\nx'
    [ "$output" = "vrrp-pick: ?[2J?x: not an event or key=value" ]
}

takes_options_last() {
    local -a operand=(operand)
    [ "$p" != vrrp-hook ] || operand=() # its first is a command: what comes after it is the command's
    [ "$(POSIXLY_CORRECT=1 "$BUILD/$p" "${operand[@]}" -V </dev/null)" = "$p $version" ]
}

@test "options count anywhere on the line" {
    for_each takes_options_last
}

notices_full_disk() {
    local status=0
    "$BUILD/$p" -h >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
    [ "$status" -eq 3 ] && grep -q "^$p: standard output: No space left on device" "$BATS_TEST_TMPDIR/err"
}

@test "a failed write is a failed run: exit 3" {
    for_each notices_full_disk
}

notices_file_limit() {
    local said status=0
    said=$(ulimit -f 0 && "$BUILD/$p" -h 2>&1 >"$BATS_TEST_TMPDIR/out") || status=$?
    [ "$status" -eq 3 ] && [ "$said" = "$p: standard output: File too large" ]
}

@test "a file that may not grow (ulimit -f) is like a full disk: exit 3" {
    for_each notices_file_limit
}

# Fd 9: a pipe whose reader has gone.
without_reader() {
    mkfifo "$BATS_TEST_TMPDIR/pipe"
    exec 8<>"$BATS_TEST_TMPDIR/pipe"
    exec 9>"$BATS_TEST_TMPDIR/pipe"
    exec 8<&-
}

survives_lost_readers() {
    local status=0
    "$BUILD/$p" --frobnicate </dev/null 2>&9 || status=$?
    [ "$status" -eq 2 ] || return 1
    "$BUILD/$p" -h >&9 2>"$BATS_TEST_TMPDIR/err" && [ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "a reader that has gone, of messages or of output, changes no exit status" {
    without_reader
    for_each survives_lost_readers
    # nor does one that goes while there is more than a buffer holds
    mapfile -t many < <(for n in {1..250}; do echo "192.0.2.$n" "198.51.100.$n"; done | tr ' ' '\n')
    "$BUILD/vip-up" -n lo "${many[@]}" >&9 2>"$BATS_TEST_TMPDIR/err"
    [ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "malformed lines are told one by one, ten a second, and the rest is counted" {
    run bash -c "yes 'a line without an equals sign' | head -n 1000 | '$BUILD/vrrp-pick' 2>&1 >/dev/null"
    told=$(grep -c '^vrrp-pick: [^:]*:[0-9]*: ' <<<"$output")
    counted=$(sed -n 's/^vrrp-pick: \([0-9]*\) more such lines.*/\1/p' <<<"$output" | awk '{ n += $1 } END { print n + 0 }')
    [ "$told" -ge 10 ]
    [ "$counted" -ge 1 ]
    [ $((told + counted)) -eq 1000 ]
}

small() {
    [ "$(stat -c %s "$release/$p")" -le 200000 ]
}

@test "a program is 200 kB at most" {
    for_each small
}

hardened() {
    local elf
    elf=$(readelf -hldW "$release/$p") || return 1
    grep -q 'Type: *DYN' <<<"$elf" && grep -q GNU_RELRO <<<"$elf" && grep -q 'Flags: .*NOW' <<<"$elf" &&
        grep -q 'GNU_STACK.* RW  *0x' <<<"$elf" && nm -D "$release/$p" | grep -q __stack_chk_fail
}

@test "a program is position independent, its tables read-only, its stack guarded" {
    for_each hardened
}

has_page() {
    ls "$root/man/$p".[18]
}

@test "every program has its page" {
    for_each has_page
}

@test "make install puts everything under DESTDIR and PREFIX, make uninstall takes it away" {
    cd "$root"
    # -o all: what was built is installed as it is, also when the flags of this make are others
    make -o all install BUILD="$release" DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/opt/vrrp
    for p in $programs; do
        cmp "$release/$p" "$BATS_TEST_TMPDIR/dest/opt/vrrp/bin/$p"
        find "$BATS_TEST_TMPDIR/dest/opt/vrrp/share/man" -name "$p.[18]" | grep -q .
    done
    [ -x "$BATS_TEST_TMPDIR/dest/opt/vrrp/bin/vrrp-demo" ]
    [ -x "$BATS_TEST_TMPDIR/dest/opt/vrrp/share/vrrp-tools/hooks/tell" ]
    [ -f "$BATS_TEST_TMPDIR/dest/opt/vrrp/share/vrrp-tools/vrrp-lines.schema.json" ]
    [ -f "$BATS_TEST_TMPDIR/dest/opt/vrrp/share/vrrp-tools/captures/crash.pcap" ]
    [ -f "$BATS_TEST_TMPDIR/dest/opt/vrrp/share/man/man5/vrrp-events.5" ]
    [ -f "$BATS_TEST_TMPDIR/dest/opt/vrrp/share/man/man7/vrrp-tools.7" ]
    make uninstall BUILD="$release" DESTDIR="$BATS_TEST_TMPDIR/dest" PREFIX=/opt/vrrp
    [ -z "$(find "$BATS_TEST_TMPDIR/dest" -type f)" ]
}

# A machine of our own for scripts/deps: a PATH with nothing but a few tools and a package manager that only takes notes.
bare_machine() {
    mkdir "$BATS_TEST_TMPDIR/bin"
    for tool in sh sed cut tr sort id cat head rm chmod "$@"; do
        ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
    done
    cat >"$BATS_TEST_TMPDIR/bin/apt-get" <<'END'
#!/bin/sh
echo "apt-get $*" >>"$NOTES"
case $1 in
    install) [ -x /usr/sbin/policy-rc.d ] && ! /usr/sbin/policy-rc.d && echo "no daemon starts" >>"$NOTES" ;;
esac
exit 0
END
    chmod +x "$BATS_TEST_TMPDIR/bin/apt-get"
    export NOTES=$BATS_TEST_TMPDIR/notes
    : >"$NOTES"
}

@test "deps: DEPS=no says what is missing and how to get it, and installs nothing" {
    bare_machine
    DEPS=no PATH=$BATS_TEST_TMPDIR/bin run "$root/scripts/deps" build
    [ "$status" -eq 3 ]
    [[ $output == *"missing: "*"make"*"pcap/pcap.h"* ]]
    [[ $output == *"apt-get install "*"libpcap-dev"*"make"* ]]
    [ ! -s "$NOTES" ]
}

@test "deps: nothing missing calls no package manager" {
    bare_machine ip ping unshare setpriv ps cc make
    # the compiler needs its own tools
    printf '#!/bin/sh\nexit 0\n' >"$BATS_TEST_TMPDIR/cc"
    rm "$BATS_TEST_TMPDIR/bin/cc"
    mv "$BATS_TEST_TMPDIR/cc" "$BATS_TEST_TMPDIR/bin/cc"
    chmod +x "$BATS_TEST_TMPDIR/bin/cc"
    PATH=$BATS_TEST_TMPDIR/bin run "$root/scripts/deps" build demo
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    [ ! -s "$NOTES" ]
}

@test "deps: no daemon is started by an installation, and policy-rc.d is gone afterwards" {
    bare_machine
    unshare=(unshare -m)
    [ "$(id -u)" -eq 0 ] || unshare=(unshare -rm)
    run "${unshare[@]}" bash -c '
        mount -t tmpfs none /usr/sbin || exit 99
        PATH=$1/bin "$2/scripts/deps" build
        status=$?
        [ ! -e /usr/sbin/policy-rc.d ] || exit 98
        exit "$status"' bash "$BATS_TEST_TMPDIR" "$root"
    echo "$output"
    # what it "installed" is still missing
    [ "$status" -eq 3 ]
    [[ $output == *"still missing"* ]]
    cat "$NOTES"
    grep -q '^apt-get update' "$NOTES"
    grep -q '^apt-get install .*libpcap-dev' "$NOTES"
    grep -q '^no daemon starts' "$NOTES"
}

@test "deps: an unknown purpose is exit 2 and named" {
    run "$root/scripts/deps" build lunch
    [ "$status" -eq 2 ]
    [[ $output == "deps: lunch: "* ]]
}
