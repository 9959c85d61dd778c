#!/usr/bin/env bats
# shellcheck disable=SC2154 # stderr is set by bats's run --separate-stderr
# vrrp-elect at the command line: configuration, replay, control, ends. No network, no privilege.
bats_require_minimum_version 1.5.0


setup() {
    BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    cat > lines <<'END'
1000.0 clock mono=500.000000 boot=file source=file
1000.0 link if=eth0 state=up mac=02:00:00:00:00:01 mtu=1500 primary4=192.0.2.10
1000.5 advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=150 interval=1s src=192.0.2.2 dst=224.0.0.18 ttl=255 cksum=pseudo auth=none ip=192.0.2.1
1001.5 advert if=eth0 af=4 vrid=51 dir=in ver=3 prio=150 interval=1s src=192.0.2.2 dst=224.0.0.18 ttl=255 cksum=pseudo auth=none ip=192.0.2.1
1008.0 tick every=100ms
END
    printf 'vr if=eth0 vrid=51 ip=192.0.2.1/24\n' > conf
}

now() {
    date +%s.%N
}

@test "without a virtual router it says who is Active, and that nobody is" {
    run -0 vrrp-elect < lines
    [ "${lines[0]}" = "1000.500000000 elected if=eth0 af=4 vrid=51 active=192.0.2.2 prio=150 why=first" ]
    [ "${lines[1]}" = "1005.500000000 vacant if=eth0 af=4 vrid=51 was=192.0.2.2 prio=150 gap=4.000000s" ]
    [ "${#lines[@]}" -eq 2 ]
}

@test "strangers without end: few are told, the rest is counted, and the log of it replays to itself" {
    awk 'BEGIN {
        print "1000.0 clock mono=500.000000 boot=file source=file"
        for (i = 0; i < 5000; i++)
            printf "%.6f advert if=eth0 af=4 vrid=%d dir=in ver=3 prio=%d interval=1s src=10.9.%d.%d\n", 1000.1 + i / 1000,
                1 + i * 7 % 255, 1 + int(i / 255) * 2, i / 250, i % 250
    }' > strangers
    vrrp-elect < strangers > out
    [ "$(grep -c ' elected ' out)" -ge 64 ]
    [ "$(grep -c ' elected ' out)" -le 104 ]
    [ "$(sed -n 's/.* lost where=observer n=//p' out | awk '{ n += $1 } END { print n }')" -eq $((5000 - $(grep -c ' elected ' out))) ]
    [ "$(grep -c ' lost ' out)" -le 6 ]
    told() { grep -E ' (elected|vacant|lost) ' "$1"; }
    vrrp-elect -p < strangers > log
    cmp <(told out) <(told log)
    vrrp-elect < log | cmp - out
}

@test "a log of vrrp-run: stages that start, and what is tracked, begin no replay before the interfaces are known" {
    log="1000.010000 clock mono=10.000000 boot=file source=live by=elect
1000.010000 vr if=eth0 vrid=51 ip=192.0.2.1/24 track=web
1000.015000 track name=web state=up for=4s
1000.050000 clock mono=10.040000 boot=file source=live
1000.050000 link if=eth0 state=up mac=02:00:00:00:00:01 mtu=1500 primary4=192.0.2.10
1003.000000 tick"
    { echo "1000.000000 stage name=vrrp-elect pid=7 state=started"; echo "$log"; } >with
    vrrp-elect -t <with >out
    [ "$(vrrp-pick -k why state <out | tr '\n' ' ')" = "startup shutdown " ]
    vrrp-elect -t <<< "$log" | cmp - out
    vrrp-elect -tp <with | grep -q '^1000.000000 stage name=vrrp-elect '
}

@test "a replay takes over at Active_Down_Interval to the microsecond, marked replay=yes" {
    run -0 vrrp-elect -t -f conf < lines
    [[ $output == *"1005.109375000 send if=eth0 af=4 vrid=51 name=eth0-v4-51 ver=3 prio=100 interval=1s ip=192.0.2.1/24 "*" announce=yes replay=yes"* ]]
    [[ $output == *"1005.109375000 state if=eth0 af=4 vrid=51 name=eth0-v4-51 from=backup to=active why=timed-out "* ]]
    [[ $output == *"1008.000000000 state "*" from=active to=init why=shutdown "* ]]
    run -1 grep -vE ' replay=yes$| elected | vacant | clock ' <<< "$output"
}

@test "the same input gives the same bytes, and the log replays to itself" {
    vrrp-elect -t -f conf < lines > one
    vrrp-elect -t -f conf < lines > two
    cmp one two
    vrrp-elect -p -t -f conf < lines > log
    vrrp-elect -t < log | grep -E ' (send|state|elected|vacant) ' > again
    grep -E ' (send|state|elected|vacant) ' one | cmp - again
}

@test "operands, files in the order given, and options after operands" {
    printf 'vr if=eth0 vrid=52 ip=192.0.2.3\n# nothing\n\n' > second
    run -0 vrrp-elect if=eth0 vrid=53 ip=192.0.2.4 -t -f conf -f second < lines
    [[ $output == *vrid=51*vrid=52*vrid=53* ]]
}

@test "a wrong configuration names file, line and word, starts nothing, exits 2" {
    printf '# ours\nvr if=eth0 vrid=51 prioirty=7 ip=192.0.2.1\n' > bad
    run -2 --separate-stderr vrrp-elect -f bad < lines
    [ -z "$output" ]
    [[ $stderr == *"bad:2: prioirty=7: "*"prio"* ]]
    printf 'vr if=eth0 vrid=51 ip=192.0.2.1\nvr if=eth0 vrid=51 ip=192.0.2.9\n' > bad
    run -2 --separate-stderr vrrp-elect -f bad < lines
    [[ $stderr == *"bad:2: "*"configured before"* ]]
    printf 'vr if=eth0 vrid=51 ip=192.0.2.1 name=a\nvr if=eth0 vrid=52 ip=192.0.2.9 name=a\n' > bad
    run -2 --separate-stderr vrrp-elect -f bad < lines
    [[ $stderr == *"bad:2: a: "*"another"* ]]
    printf 'track name=web state=up\n' > bad
    run -2 --separate-stderr vrrp-elect -f bad < lines
    [[ $stderr == *"bad:1: track: not a vr line"* ]]
    run -2 --separate-stderr vrrp-elect if=eth0 vrid=0 ip=192.0.2.1 < lines
    [[ $stderr == *"vrid=0: "* ]]
    run -2 --separate-stderr vrrp-elect eth0 < lines
    [[ $stderr == *eth0* ]]
}

@test "a file that is not there is exit 3" {
    run -3 --separate-stderr vrrp-elect -f nowhere < lines
    [[ $stderr == *"nowhere: No such file"* ]]
}

@test "an interface that never comes is exit 2" {
    run -2 --separate-stderr vrrp-elect -t if=eth9 vrid=51 ip=192.0.2.1 < lines
    [[ $stderr == *"no line was of an interface that is configured"* ]]
}

@test "yesterday's lines are refused live, and -t is named" {
    run -2 --separate-stderr vrrp-elect if=eth0 vrid=51 ip=192.0.2.1 < <(grep advert lines)
    [ -z "$output" ]
    [[ $stderr == *"standard input:1: "*"-t"* ]]
}

@test "live: silence makes it Active, end of input makes it resign" {
    { echo "$(now) link if=eth0 state=up primary4=192.0.2.10"; sleep 1; } |
        vrrp-elect if=eth0 vrid=51 interval=100ms ip=192.0.2.1 > out
    grep -q ' from=init to=backup why=startup ' out
    grep -q ' from=backup to=active why=timed-out ' out
    [ "$(grep -c ' send .* prio=100 ' out)" -ge 2 ]
    tail -n 2 out | head -n 1 | grep -q ' send .* prio=0 '
    tail -n 1 out | grep -q ' from=active to=init why=shutdown '
    head -n 1 out | grep -q ' clock mono=.* source=live by=elect$'
}

@test "live: vr lines on standard input configure nothing" {
    run -0 --separate-stderr vrrp-elect < conf
    [ -z "$output" ]
    [[ $stderr == *"standard input:1: vr: "* ]]
}

@test "a bad line is reported and skipped, the rest counts" {
    { head -n 3 lines; printf '1001 advert vrid=51 af=4\n\0\0\n'; head -c 1000000 /dev/zero | tr '\0' x; echo; tail -n 2 lines; } > hurt
    run -0 --separate-stderr vrrp-elect -t -f conf < hurt
    [[ $output == *"1005.109375000 send "* ]]
    [[ $stderr == *"standard input:4: "* ]]
    [[ $stderr == *"standard input:5: "* ]]
    [[ $stderr == *"standard input:6: "*long* ]]
}

@test "on a terminal every TIME is one for people" {
    echo 'advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=1s src=192.0.2.2' > hand
    NO_COLOR=1 script -qec 'vrrp-elect -p if=eth0 vrid=51 ip=192.0.2.1 < hand' /dev/null < /dev/null > out
    [ "$(grep -cE '^20[0-9-]+T[0-9:.]+[+-][0-9:]+ (clock|vr|state|advert|elected) ' out)" -eq 6 ]
    [ "$(wc -l < out)" -eq 6 ]
}

@test "control: track, yield, status and stop through -C" {
    mkfifo -m 600 control
    mkfifo input
    vrrp-elect -C control if=eth0 vrid=51 interval=100ms ip=192.0.2.1 track=web < input > out &
    elect=$!
    exec 7> input
    echo "$(now) link if=eth0 state=up primary4=192.0.2.10" >&7
    wait_for 'to=fault why=track'
    echo 'track name=web state=up' > control
    wait_for 'to=active why=timed-out'
    echo 'status id=7' > control
    wait_for 'status id=7 end=yes count=1'
    echo 'yield name=eth0-v4-51 id=8' > control
    wait_for 'answer id=8 done=no why=nobody'
    echo 'yield name=eth0-v4-51 id=9 force=yes' > control
    wait_for 'to=backup why=yield'
    echo 'stop' > control
    wait "$elect"
    exec 7>&-
    grep -q 'to=init why=shutdown' out
    [ "$(stat -c %a control.answers)" = 600 ]
}

@test "control: what has an id is answered in FIFO.answers, and nobody has to read there" {
    mkfifo -m 600 control
    mkfifo input
    vrrp-elect -C control if=eth0 vrid=51 ip=192.0.2.1 < input > out &
    elect=$!
    exec 7> input
    echo "$(now) link if=eth0 state=up primary4=192.0.2.10" >&7
    wait_for 'to=backup'
    exec 8<> control.answers 9> control
    for i in 1 2 3 4 5; do
        for n in {1..100}; do echo "status id=$i.$n"; done >&9 # more than a FIFO holds
    done
    wait_for 'status id=5.100 end=yes'
    while read -r -t 1 _ <&8; do :; done
    echo 'track name=web state=up id=6' >&9
    read -r -t 10 answer <&8
    [[ $answer == *" answer id=6 done=yes" ]]
    exec 7>&- 8>&- 9>&-
    wait "$elect"
    chmod 620 control.answers
    run -2 --separate-stderr vrrp-elect -C control < lines
    [[ $stderr == *"-C control.answers: others may write"* ]]
}

@test "control: a whole configuration at once" {
    mkfifo -m 600 control
    mkfifo input
    vrrp-elect -C control if=eth0 vrid=51 ip=192.0.2.1 < input > out &
    elect=$!
    exec 7> input
    echo "$(now) link if=eth0 state=up primary4=192.0.2.10" >&7
    wait_for 'to=backup'
    printf '%s\n' begin 'vr if=eth0 vrid=52 ip=192.0.2.2' 'commit id=1' > control
    wait_for 'answer id=1 done=yes'
    grep -q 'vrid=51 name=eth0-v4-51 from=backup to=init why=shutdown' out
    grep -q 'vrid=52 name=eth0-v4-52 from=init to=backup why=startup' out
    exec 7>&-
    wait "$elect"
}

@test "--shadow: what this machine sends is a peer's, and nothing is sent" {
    {
        echo "1000 link if=eth0 state=up primary4=192.0.2.10"
        echo "1000 advert if=eth0 af=4 vrid=51 dir=out ver=3 prio=100 interval=1s src=192.0.2.10"
        echo "1010 tick every=100ms"
    } > own
    run -0 --separate-stderr vrrp-elect -t --shadow if=eth0 vrid=51 ip=192.0.2.1 < own
    [[ $output == *"1003.609375000 state "*" to=active why=timed-out "*" shadow=yes"* ]]
    [[ $output != *" send "* ]]
    run -0 --separate-stderr vrrp-elect -t if=eth0 vrid=51 ip=192.0.2.1 < own
    [[ $output == *"1000.000000000 state "*" to=fault why=local-speaker "* ]]
}

@test "a list of IPv6 addresses without a link-local one is warned of" {
    run -0 --separate-stderr vrrp-elect -t if=eth0 vrid=51 ip=2001:db8::1/64 name=office < lines
    [[ $stderr == *"office: no address is link-local: routers that follow RFC 9568 discard its adverts"* ]]
}

wait_for() {
    local i
    for ((i = 0; i < 200; i++)); do
        grep -q -- "$1" out && return 0
        sleep 0.05
    done
    echo "never came: $1"
    cat out
    return 1
}

@test "control: a FIFO that others can write to, or that is none, is refused" {
    mkfifo -m 622 open
    run -2 --separate-stderr vrrp-elect -C open < lines
    [[ $stderr == *"-C open: others may write"* ]]
    for mode in 620 602 622 606 660; do
        chmod $mode open
        run -2 --separate-stderr vrrp-elect -C open < lines
        [ "$stderr" = "vrrp-elect: -C open: others may write to it (chmod 600)" ]
    done
    for mode in 640 604 610 601; do
        chmod $mode open
        run -2 --separate-stderr vrrp-elect -C open < lines
        [ "$stderr" = "vrrp-elect: -C open: others may read from it (chmod 600)" ]
    done
    chmod 600 open
    ln -s open link
    run -3 --separate-stderr vrrp-elect -C link < lines
    if [ "$(id -u)" = 0 ]; then # who is not cannot make one of another owner
        chown 65534 open
        run -2 --separate-stderr vrrp-elect -C open < lines
        [ "$stderr" = "vrrp-elect: -C open: belongs to another user" ]
        chown 0 open
        mkfifo -m 600 open.answers
        chown 65534 open.answers
        run -2 --separate-stderr vrrp-elect -C open < lines
        [ "$stderr" = "vrrp-elect: -C open.answers: belongs to another user" ]
        rm open.answers
    fi
    [ ! -e open.answers ] # nothing was made for one that is refused
    touch plain
    run -2 --separate-stderr vrrp-elect -C plain < lines
    [[ $stderr == *"not a FIFO"* ]]
    run -3 --separate-stderr vrrp-elect -C nowhere < lines
}

@test "a reader that goes away ends an observer quietly" {
    { cat lines; sleep 0.3; sed 's/vrid=51/vrid=52/' lines | tail -n 3; } | { vrrp-elect; echo $? > status; } | head -n 1 > /dev/null
    [ "$(cat status)" -eq 0 ]
}

@test "a reader that goes away ends a live router with exit 3" {
    { echo "$(now) link if=eth0 state=up primary4=192.0.2.10"; sleep 1; } |
        { vrrp-elect if=eth0 vrid=51 interval=100ms ip=192.0.2.1 2> err || echo $? > status; } | head -n 1 > /dev/null
    [ "$(cat status)" -eq 3 ]
    grep -q 'reader of my lines is gone' err
}

@test "an observer whose reader has stopped: memory has an end, and what was lost is told when it goes on" {
    mkfifo input output
    vrrp-elect -p < input > output 2> err &
    elect=$!
    exec 7> input 8< output
    echo "$(now) clock mono=$(cut -d ' ' -f 1 /proc/uptime) boot=$(cat /proc/sys/kernel/random/boot_id) source=live" >&7
    kilobytes() { awk '/^RssAnon/ { print $2 }' "/proc/$elect/status"; }
    before=$(kilobytes)
    yes "$(now) x" | head -n 400000 >&7 # each would take more than 100 bytes
    echo last >&7
    grown=$(($(kilobytes) - before))
    echo "$grown kB"
    case $BUILD in *asan*) ;; *) [ "$grown" -lt 25000 ] ;; esac
    exec 7>&-
    cat <&8 > out
    exec 8<&-
    wait "$elect"
    lost=$(sed -n 's/.* lost where=vrrp-elect n=//p' out | awk '{ n += $1 } END { print n + 0 }')
    [ "$lost" -gt 1000 ]
    [ $((lost + $(grep -cv ' \(clock\|lost\) ' out))) -eq 400001 ]
    grep -q ' clock ' out
    [ ! -s err ]
}

@test "a replay loses nothing, however much comes of one line" {
    {
        for n in {1..20}; do echo "1000.0 vr if=eth0 vrid=$n interval=10ms ip=192.0.2.$((n + 100))"; done
        echo "1000.0 link if=eth0 state=up primary4=192.0.2.10"
        echo "1000.1 tick every=100ms"
        echo "1099.0 tick every=100ms"
    } > hours
    vrrp-elect -t < hours > all
    vrrp-elect -t < hours | { sleep 0.5; cat; } | cmp - all
    [ "$(stat -c %s all)" -gt 25000000 ]
    run -1 grep ' lost ' all
}

@test "a full disk is exit 3" {
    run -3 --separate-stderr bash -c 'vrrp-elect -t -f conf < lines > /dev/full'
    [[ $stderr == *"No space left"* ]]
}

@test "standard input or output closed at the start is exit 3" {
    for how in '<&-' '>&-' '<&- >&-' '<&- >&- 2>&-'; do
        run -3 bash -c "timeout 10 vrrp-elect -t -f conf < lines $how"
        run -3 bash -c "timeout 10 vrrp-elect < lines $how"
    done
    run -3 --separate-stderr bash -c 'timeout 10 vrrp-elect <&-'
    [[ $stderr == *"standard input: Bad file descriptor"* ]]
    run -0 bash -c 'timeout 10 vrrp-elect -h <&-'
}

@test "control: after a stall what was heard meanwhile counts before a control line moves the clock" {
    mkfifo -m 600 control
    mkfifo input
    vrrp-elect -C control if=eth0 vrid=51 interval=100ms ip=192.0.2.1 < input > out &
    elect=$!
    exec 7> input 8<> control
    heard() {
        echo "$(now) advert if=eth0 af=4 vrid=51 ver=3 prio=150 interval=100ms src=192.0.2.2 cksum=pseudo ip=192.0.2.1" >&7
    }
    heard
    wait_for 'to=backup'
    kill -STOP "$elect"
    for ((i = 0; i < 40; i++)); do
        heard
        sleep 0.02
    done
    echo 'status id=1' >&8
    heard
    kill -CONT "$elect"
    wait_for 'status id=1 end=yes'
    sed '/ status id=1 end=yes/q' out > until
    run -1 grep 'to=active' until
    exec 7>&- 8>&-
    wait "$elect"
}

@test "what is decided of one virtual router at one moment is all written, and replays to the letter" {
    mkfifo -m 600 control
    mkfifo input
    vrrp-elect -p -C control if=eth0 vrid=51 interval=100ms ip=192.0.2.1 < input > out &
    elect=$!
    exec 7> input 8<> control
    echo "$(now) link if=eth0 state=up primary4=192.0.2.10" >&7
    wait_for 'to=active'
    # It wakes late, to an advert that is due and a line by which it resigns.
    kill -STOP "$elect"
    sleep 0.3
    echo 'novr name=eth0-v4-51' >&8
    kill -CONT "$elect"
    wait_for 'to=init'
    exec 7>&- 8>&-
    wait "$elect"
    decisions() { grep -E '^[^ ]+ (send|state) ' "$1" | sed 's/^[^ ]* //; s/ replay=yes//'; }
    decisions out | tail -n 3 | head -n 2 > last
    [ "$(sed -E 's/.* prio=([0-9]+) .*/\1/' last | tr '\n' ' ')" = "100 0 " ]
    [ "$(cut -d ' ' -f 1 last | uniq)" = send ]
    vrrp-elect -t < out > replay
    diff <(decisions out) <(decisions replay)
}

@test "TERM, then no end of input: it releases after 2 s and exits 0" {
    mkfifo input
    vrrp-elect if=eth0 vrid=51 interval=100ms ip=192.0.2.1 < input > out &
    elect=$!
    exec 7> input
    echo "$(now) link if=eth0 state=up primary4=192.0.2.10" >&7
    wait_for 'to=active'
    kill -TERM "$elect"
    wait "$elect"
    exec 7>&-
    grep -q 'to=init why=shutdown' out
}
