#!/usr/bin/env bats
# Colours and progress: on a terminal, and nowhere else. script(1) is the terminal.

bats_require_minimum_version 1.5.0

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
    PATH=$BUILD:$PATH
    pcap=$root/tests/pcap/keepalived.pcap
    cd "$BATS_TEST_TMPDIR" || return
    export TZ=UTC TERM=xterm
    unset NO_COLOR
    vrrp-listen -r "$pcap" -i eth0 >lines
}

# terminal COMMAND: what it shows on a terminal, input from nowhere.
terminal() {
    timeout 60 script -qec "$1" /dev/null </dev/null >shown
    tr -d '\r' <shown >unfolded
    mv unfolded shown
}
escape=$'\e'
coloured() { grep -q "$escape\\[" "$1"; }
plain() { sed "s/$escape\\[[0-9;]*m//g" "$1"; }

@test "on a terminal: colours, and without them the lines that -H writes" {
    terminal "vrrp-listen -r $pcap -i eth0"
    coloured shown
    vrrp-listen -H -r "$pcap" -i eth0 >expected
    plain shown | cmp - expected

    terminal 'vrrp-pick advert vrid=3 <lines'
    coloured shown
    vrrp-pick -H advert vrid=3 <lines >expected
    plain shown | cmp - expected

    terminal 'vrrp-elect <lines'
    coloured shown
    vrrp-elect <lines | vrrp-pick -H >expected
    plain shown | cmp - expected
}

@test "what a line means is its colour, what names its values is dim" {
    printf '%s\n' '1.5 state vrid=5 to=active' '2.5 bad why=ttl' '3.5 note x=1' >in
    terminal 'vrrp-pick <in'
    head -n 1 shown | grep -qF "${escape}[2m1970-01-01T00:00:01.500000000+00:00${escape}[0m ${escape}[1;32mstate${escape}[0m ${escape}[2mvrid=${escape}[0m5"
    sed -n 2p shown | grep -qF "${escape}[1;31mbad${escape}[0m"
    sed -n 3p shown | grep -qF "${escape}[1mnote${escape}[0m"
}

@test "never in pipes and files, whatever the terminal around them" {
    terminal "vrrp-listen -r $pcap -i eth0 >listen; vrrp-listen -H -r $pcap | cat >human; vrrp-pick <lines >picked
        vrrp-pick -H <lines | cat >picked-human; vrrp-elect <lines >elected; vrrp-elect <lines | cat >elected-pipe"
    cmp listen lines
    cmp picked lines
    cmp elected elected-pipe
    [ -s human ] && [ -s picked-human ] && [ -s elected ]
    run ! grep -l "$escape" listen human picked picked-human elected shown
}

@test "no colours where the user, or the terminal, has none" {
    terminal 'NO_COLOR=1 vrrp-pick <lines'
    run ! coloured shown
    terminal 'TERM=dumb vrrp-pick <lines'
    run ! coloured shown
    terminal 'unset TERM; vrrp-pick <lines'
    run ! coloured shown
    terminal 'NO_COLOR= vrrp-pick <lines' # set to nothing
    coloured shown
}

@test "columns and JSON have no colours" {
    terminal 'vrrp-pick -k src,prio <lines'
    run ! coloured shown
    terminal 'vrrp-json <lines'
    run ! coloured shown
    vrrp-json <lines | cmp - shown
    terminal 'vrrp-json <lines | vrrp-json --lines'
    cmp shown lines
}

# A capture of some thousand packets, and somebody who reads its lines late: that takes a while.
make_big() {
    local i
    cp "$pcap" big
    for ((i = 0; i < 60; i++)); do
        tail -c +25 "$pcap"
    done >>big
    tail -c +25 big >records
    cat big records >bigger
    vrrp-listen -r bigger >expected
    [ "$(grep -c ' advert ' expected)" -gt 8200 ]
}

@test "progress of a file: shown where nothing else is, erased, and the lines are the same" {
    make_big
    terminal 'vrrp-listen -r bigger | (sleep 2; cat) >out'
    cmp out expected
    grep -qE "^vrrp-listen: [0-9]+ %, [0-9]+ MB, [0-9]+ MB/s, [0-9]+ packets$escape\\[K" shown
    [ "$(tail -c 3 shown)" = "${escape}[K" ]
}

@test "progress of a pipe: how much, not of how much" {
    make_big
    terminal 'cat bigger | vrrp-listen -r - | (sleep 2; cat) >out'
    cmp out expected
    grep -qE "vrrp-listen: [0-9]+ MB, [0-9]+ MB/s, [0-9]+ packets$escape\\[K" shown
    [ "$(tail -c 3 shown)" = "${escape}[K" ]
}

@test "no progress beside lines on the same terminal, on a terminal that cannot erase, or in a file" {
    make_big
    terminal 'vrrp-listen -r bigger'
    run ! grep -q ' MB/s' shown
    terminal 'TERM=dumb; export TERM; vrrp-listen -r bigger | (sleep 1; cat) >out'
    [ ! -s shown ]
    vrrp-listen -r bigger 2>err | (sleep 1 && cat) | cmp - expected
    [ ! -s err ]
}
