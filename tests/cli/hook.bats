#!/usr/bin/env bats
# vrrp-hook: what commands are given, in which order; that nothing of theirs touches the stream; ends; the FIFO.

# shellcheck disable=SC2016,SC2094 # scripts in single quotes are for the shell inside
# shellcheck disable=SC2030,SC2031 # each test has its own HOOK

bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$(realpath -m "$BATS_TEST_DIRNAME/../../build")}
    hook=$BUILD/vrrp-hook
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    export WORK=$work
    script note 'echo "$*" >>"$WORK/ran"' # what it was called with, a line each
    : >"$work/ran"
    HOOK=
}

# What is left of a hook is ended by its files: each script writes its pid there first.
teardown() {
    local pid
    exec 7>&- 8<&-
    [ -z "$HOOK" ] || kill -KILL "$HOOK" 2>/dev/null || true
    cat "$work"/*.pid 2>/dev/null | while read -r pid; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

now_ms() {
    echo $((${EPOCHREALTIME/./} / 1000))
}

# within SECONDS COMMAND...: it becomes true in that time.
within() {
    local end=$(($(now_ms) + $1 * 1000))
    shift
    until "$@"; do
        [ "$(now_ms)" -lt "$end" ] || { echo "still not true: $*" && return 1; }
        sleep 0.02
    done
}

# script NAME TEXT: an executable of that name in $work.
script() {
    printf '#!/bin/sh\n%s\n' "$2" >"$work/$1"
    chmod +x "$work/$1"
}

# state NAME FROM TO [MORE]: a line; the VRID is the length of the name, so that each name is a virtual router.
state() {
    echo "state if=eth0 af=4 vrid=${#1} name=$1 from=$2 to=$3 prio=150 ${*:4}"
}

# begin ARGUMENT...: vrrp-hook in the background, its input on descriptor 7, what it passes on in out, messages in err.
begin() {
    mkfifo "$work/in"
    "$hook" "$@" <"$work/in" >"$work/out" 2>"$work/err" 3>&- &
    HOOK=$!
    exec 7>"$work/in"
}
tell() { printf '%s\n' "$@" >&7; }
ended() { # STATUS: it has ended so
    local status=0
    wait "$HOOK" || status=$?
    HOOK=
    cat "$work/err"
    [ "$status" -eq "$1" ]
}
ran() { [ "$(cat "$work/ran")" = "$(printf '%s\n' "$@")" ]; }
runs_are() { [ "$(wc -l <"$work/ran")" -eq "$1" ]; }
said() { grep -qF -- "vrrp-hook: $1" "$work/err"; }
said_times() { [ "$(grep -cF -- "vrrp-hook: $1" "$work/err")" -eq "$2" ]; }
passed_on() { [ "$(wc -l <"$work/out")" -eq "$1" ]; }
has_line() { grep -q -- "$2" "$1"; }
is_gone() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.*Z' "/proc/$1/status"; }
is_there() { [ -s "$1" ]; }

# --- What commands are given. ---

@test "a keepalived notify script runs unchanged" {
    script notify.sh '
TYPE=$1
NAME=$2
STATE=$3
case $STATE in
    "MASTER") echo "$NAME is master ($TYPE, $4)" >>"$WORK/ran" ;;
    "BACKUP") echo "$NAME is backup" >>"$WORK/ran" ;;
    "FAULT")  echo "$NAME is in fault" >>"$WORK/ran"; exit 0 ;;
    "STOP")   echo "$NAME has stopped" >>"$WORK/ran" ;;
    *)        echo "unknown state $STATE" >>"$WORK/ran"; exit 1 ;;
esac'
    begin ./notify.sh
    step() { # WHAT IT SAYS, FROM, TO, ...
        : >ran
        tell "$(state web "${@:2}")"
        within 10 ran "$1"
    }
    step 'web is backup' init backup
    step 'web is master (INSTANCE, 150)' backup active
    step 'web is in fault' active fault
    tell "$(state web fault init why=recovered)" # nothing to tell: it waits to take part again
    step 'web is backup' init backup
    step 'web has stopped' active init why=shutdown
    exec 7>&-
    ended 0
    [ ! -s err ]
}

@test "the command of the state comes first, without arguments; then COMMAND, with four behind its own" {
    script special 'sleep 0.3; echo "special $#: $*" >>"$WORK/ran"'
    state 'a%20b' init backup | "$hook" --backup "$work/special 'one word' \"\" \$HOME" --master ./note ./note -x 'y z'
    cat ran
    ran 'special 3: one word  $HOME' '-x y z INSTANCE a b BACKUP 150'
    : >ran
    for each in "backup active master" "active fault fault" "active init stop"; do
        read -r from to option <<<"$each"
        state web "$from" "$to" | "$hook" "--$option" ./special
        ran 'special 0: '
        : >ran
    done
}

@test "the environment has the line, decoded, and no variable of another hook" {
    script show 'env | grep ^VRRP_ | sort >"$WORK/ran"; echo "$COLOUR $HOME" >>"$WORK/ran"'
    line='1795317133.25 state if=eth0 af=4 vrid=51 name=a%20b%0Ac from=backup to=active why=timed-out prio=7 line=lie'
    COLOUR=green HOME=/home TZ=XYZ-2 VRRP_OLD=1 VRRP_TEXT=old "$hook" ./show <<<"$line"
    cat ran
    ran VRRP_AF=4 VRRP_EVENT=state VRRP_FROM=backup VRRP_IF=eth0 "VRRP_LINE=$line" 'VRRP_NAME=a b%0Ac' VRRP_PRIO=7 \
        "VRRP_TEXT=$(uname -n): eth0 VRID 51 (a b%0Ac): BACKUP -> MASTER because the Active fell silent (timed-out)" \
        VRRP_TIME=1795317133.250000000 VRRP_TO=active VRRP_VRID=51 VRRP_WHEN=2026-11-22T05:12:13.250000000+02:00 \
        VRRP_WHY=timed-out 'green /home'
}

@test "nothing of a line reaches a shell" {
    name='$(touch${IFS}HIT);`touch%20HIT`|touch%20HIT&&"%0Atouch%20HIT'
    state "$name" backup active 'why=;touch${IFS}HIT' 'group=$(touch${IFS}HIT)' >line
    mkfifo fifo
    exec 8<>fifo
    "$hook" --master "./note \$(touch HIT)" --fifo fifo ./note <line
    for _ in 1 2; do read -r -t 10 -u 8 said && echo "$said"; done >heard
    sort -o ran ran # the group's is another run
    cat ran heard
    [ ! -e HIT ]
    decoded='$(touch${IFS}HIT);`touch HIT`|touch HIT&&"%0Atouch HIT'
    ran '$(touch HIT)' 'GROUP $(touch${IFS}HIT) MASTER 0' "INSTANCE $decoded MASTER 150"
    [ "$(wc -l <heard)" -eq 2 ]
    grep -qxF "INSTANCE \"${decoded/\"/%22}\" MASTER 150" heard
}

@test "a command has no input, no other descriptor, no terminal, and no signal ignored" {
    script look 'cat; ls /proc/self/fd | tr "\n" " "; sed -n "s/^Sig[IB].*\t//p" /proc/self/status | tr "\n" " "
cut -d " " -f 6,7 /proc/$$/stat; echo "$$ 0"'
    exec 9<"$work/look" # as a lock that a supervisor holds
    (
        trap '' PIPE HUP
        state web init backup | "$hook" ./look >/dev/null 2>err
    )
    exec 9<&-
    cat err
    # ls has a descriptor for the directory
    grep -q '^vrrp-hook: 0 1 2 3 0000000000000000 0000000000000000 ' err
    session=$(sed -n 's/^.* 0000000000000000 \([0-9]* 0\)$/\1/p' err)
    grep -qx "vrrp-hook: $session" err
}

@test "-e: others' events run COMMAND with the event behind its own arguments; without it nothing does" {
    printf '%s\n' 'elected if=eth0 af=4 vrid=51 active=192.0.2.3 why=first' 'vacant if=eth0 af=4 vrid=51' \
        'alert rule=rogue' 'notice what=interval' 'send if=eth0 vrid=3 prio=100 ip=192.0.2.1' >lines
    "$hook" ./note word <lines
    [ ! -s ran ]
    "$hook" -e elected -e alert --master ./note ./note word <lines
    sort -o ran ran
    ran 'word alert' 'word elected'
}

@test "groups: told once when all their members say so, with priority 0" {
    begin ./note
    expected=0
    for step in 'web init backup 2' 'mail init backup 1' 'web backup active 1' 'mail backup active 2' 'web active fault 2' \
        'mail active fault 1' 'web fault init 1' 'mail fault init 2'; do
        read -r name from to runs <<<"$step"
        expected=$((expected + runs))
        tell "$(state "$name" "$from" "$to" group=both)" && within 10 runs_are "$expected"
    done
    exec 7>&-
    ended 0
    grep GROUP ran >groups
    printf 'GROUP both %s 0\n' BACKUP MASTER FAULT STOP | cmp - groups
    [ "$(grep -c INSTANCE ran)" -eq 8 ]
}

# --- The stream. ---

@test "every line passes unchanged, to the byte, bad ones are told" {
    {
        state web init backup
        printf '%s\r\n' '1.5  state   if=eth0 vrid=4 af=4 from=init to=backup # well'
        printf '%s\n' '' '# comment' 'whatever this=that' 'send if=eth0 vrid=3 prio=100 ip=192.0.2.1' 'lost where=capture n=3'
        printf '%s\n' 'state if=eth0 vrid=3 af=4 from=init to=nowhere'
    } >lines
    { cat lines && printf 'no event\n' && printf 'state if=eth0 vrid=3 af=4 from=init to=act'; } >all
    "$hook" ./note <all >out 2>err
    cat err
    cmp lines out
    [ "$(wc -l <err)" -eq 3 ]
    said 'standard input:8: to: a value that it cannot have'
    said 'standard input:9: event: not key=value'
    said 'standard input:10: state: input ended inside this line'
}

@test "a burst of 300 states and a slow command: lines are not held up, the last state is told last" {
    script slow 'echo "$*" >>"$WORK/ran"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    begin ./slow
    tell "$(state web init backup)"
    within 10 ran 'INSTANCE web BACKUP 150'
    for ((i = 0; i < 300; i++)); do
        state web x x >/dev/null
        if ((i % 2)); then state web backup active "n=$i"; else state web active backup "n=$i"; fi
    done >burst
    cat burst >&7
    tell "$(state web active init why=shutdown)"
    within 10 passed_on 302 # while it hangs
    ran 'INSTANCE web BACKUP 150'
    : >go
    exec 7>&-
    ended 0
    ran 'INSTANCE web BACKUP 150' 'INSTANCE web STOP 150'
    said 'eth0/4/3: 300 older states were passed over'
    sed -n '2,301p' out | cmp - burst
}

@test "one virtual router at a time, different ones at once" {
    script pair 'echo "+$2" >>"$WORK/ran"; until grep -q "+$(cat "$WORK/other.$2")" "$WORK/ran"; do sleep 0.02; done
sleep 0.1; echo "-$2" >>"$WORK/ran"'
    echo mail >other.web
    echo web >other.mail # each waits for the other to be running
    begin -T 20s ./pair
    tell "$(state web init backup)" "$(state mail init backup)"
    within 20 has_line ran -web
    within 20 has_line ran -mail
    : >ran
    echo web >other.web
    tell "$(state web backup active)" && within 10 has_line ran +web
    tell "$(state web active backup)"
    exec 7>&-
    ended 0
    ran +web -web +web -web
    [ "$(wc -c <err)" -eq 0 ]
}

@test "sixteen at once and no more; all have their turn" {
    script many 'echo $$ >"$WORK/$2.pid"; while [ ! -e "$WORK/go" ]; do sleep 0.1; done; echo "$2" >>"$WORK/ran"'
    begin ./many
    for ((i = 1; i <= 40; i++)); do
        echo "state if=eth0 af=4 vrid=$i name=r$i from=init to=backup"
    done >&7
    pids() { [ "$(find . -name '*.pid' | wc -l)" -eq "$1" ]; }
    within 20 pids 16
    within 10 passed_on 40
    pids 16
    : >go
    exec 7>&-
    ended 0
    [ "$(sort -u ran | wc -l)" -eq 40 ]
}

@test "events wait up to a bound, and then are lost, which is told below, too" {
    script slow 'echo "$*" >>"$WORK/ran"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    begin -e elected ./slow
    tell 'elected if=eth0 af=4 vrid=51 active=192.0.2.3'
    within 10 ran elected
    for ((i = 0; i < 200; i++)); do echo "elected if=eth0 af=4 vrid=51 active=192.0.2.3 n=$i"; done >&7
    within 10 has_line out ' n=199'
    : >go
    exec 7>&-
    ended 0
    lost=$(sed -n 's/.* lost where=hook n=//p' out | awk '{ n += $1 } END { print n }')
    [ "$lost" -eq $((200 - 64)) ]
    [ "$(wc -l <ran)" -eq 65 ]
    [ "$(sed -n 's/^vrrp-hook: \([0-9]*\) events* w.* lost: 64 wait already$/\1/p' err | awk '{ n += $1 } END { print n }')" -eq 136 ]
}

@test "a long run of lines and states needs no more memory than a short one" {
    script slow 'echo up >>"$WORK/ran"; while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=0 # which would keep what was freed
    begin -e elected ./slow
    tell "$(state web init backup)"
    within 10 is_there ran
    peak() { awk '/^VmHWM/ { print $2 }' "/proc/$HOOK/status"; }
    long=$(printf '%01000d' 0)
    lines() {
        for ((i = 0; i < 100; i++)); do
            state web active backup "ip=192.0.2.1 x=$long"
            state web backup active "ip=192.0.2.1 x=$long"
            echo "elected if=eth0 af=4 vrid=51 active=192.0.2.3 x=$long"
            echo "advert if=eth0 af=4 vrid=51 x=$long"
        done
    }
    lines >some
    cat some >&7
    within 10 passed 400
    before=$(peak)
    for ((i = 0; i < 40; i++)); do cat some; done >&7
    within 20 passed $((41 * 400))
    after=$(peak)
    echo "$before kB, $after kB"
    [ $((after - before)) -lt 4000 ]
    : >go
    exec 7>&-
    ended 0
}
passed() { [ "$(grep -vc ' lost where=' out)" -ge "$1" ]; }

@test "a reader that goes away is told once and changes nothing" {
    mkfifo in
    { "$hook" ./note <in 2>err; echo $? >status; } 3>&- | head -n 1 >/dev/null &
    HOOK=$!
    exec 7>in
    for to in backup active backup active; do
        : >ran
        tell "$(state web init "$to")" && within 10 is_there ran
    done
    ran 'INSTANCE web MASTER 150'
    exec 7>&-
    within 10 is_there status
    [ "$(cat status)" -eq 0 ]
    [ "$(wc -l <err)" -eq 1 ]
    said_times 'standard output: its reader is gone; commands are run all the same' 1
}

@test "a reader that has stopped holds up nothing; it gets the newest states, and is told what was lost" {
    mkfifo in back
    "$hook" ./note <in >back 2>err 3>&- &
    HOOK=$!
    exec 7>in 8<back
    long=$(printf '%01000d' 0)
    for ((i = 0; i < 3000; i++)); do echo "advert if=eth0 x=$long"; done >&7
    tell "$(state web init backup)" "$(state web backup active)"
    within 20 has_line ran 'MASTER'
    exec 7>&-
    cat <&8 >out
    ended 0
    has_line out 'lost where=vrrp-hook n='
    [ "$(grep -c 'to=active' out)" -eq 1 ]
}

# --- Commands that misbehave. ---

@test "a command that hangs is killed with all its children, told once, and the newest state has its turn" {
    script hang 'echo $$ >"$WORK/a.pid"; echo "$3" >>"$WORK/ran"; [ "$3" = BACKUP ] || exit 0; trap "" TERM INT HUP
(sleep 600 & echo $! >"$WORK/b.pid"; sleep 600) & echo $! >"$WORK/c.pid"; sleep 600'
    begin -T 1s ./hang
    tell "$(state web init backup)"
    within 10 is_there b.pid
    within 10 is_there c.pid
    tell "$(state web backup active)" "$(state web active fault)"
    within 10 ran BACKUP FAULT
    said_times './hang INSTANCE web BACKUP 150: not done after 1s: killed' 1
    for n in b c; do within 5 is_gone "$(cat $n.pid)"; done
    exec 7>&-
    ended 0
    [ "$(wc -l <err)" -eq 2 ] # and one that was passed over
}

@test "what a command leaves in the background goes on, and may print" {
    script daemon '(sleep 0.5; echo from behind; echo $$ >"$WORK/a.pid"; exec sleep 600) & echo started'
    begin ./daemon
    tell "$(state web init backup)"
    within 10 said 'from behind'
    said 'started'
    exec 7>&-
    ended 0
    within 5 is_there a.pid
}

@test "a flood of output is limited and counted, and holds up nothing" {
    script flood 'yes "all work and no play" | head -n 200000; printf "%02000d\n" 7; printf "\033[2Jlast"'
    begin ./flood
    tell "$(state web init backup)"
    exec 7>&-
    ended 0
    [ "$(grep -c '^vrrp-hook: all work and no play$' err)" -le 1000 ]
    [ "$(grep -c '^vrrp-hook: all work and no play$' err)" -ge 50 ]
    counted=$(sed -n 's/^vrrp-hook: \([0-9]*\) more lines* of output .* left out$/\1/p' err | awk '{ n += $1 } END { print n }')
    told=$(grep -vc 'of output .* left out$' err)
    [ $((counted + told)) -eq 200002 ]
    run ! grep -q $'\033' err
}

@test "messages that nobody reads do not hold up the stream" {
    script flood 'yes "all work and no play"'
    mkfifo messages in
    exec 8<>messages # nobody reads on, and it is full
    timeout 0.5 cat /dev/zero >&8 || true
    "$hook" -T 3s ./flood <in >out 2>messages 3>&- &
    HOOK=$!
    exec 7>in
    tell "$(state web init backup)"
    for ((i = 0; i < 3000; i++)); do echo "advert n=$i"; done >&7
    within 10 passed_on 3001
    exec 7>&-
    within 20 eval '! kill -0 $HOOK 2>/dev/null'
    ended_quietly=0
    wait "$HOOK" || ended_quietly=$?
    HOOK=
    [ "$ended_quietly" -eq 0 ]
}

@test "a command that fails is told with its status or signal" {
    script fail '[ "$3" = BACKUP ] && exit 7; kill -TERM $$'
    begin ./fail
    tell "$(state web init backup)"
    within 10 said './fail INSTANCE web BACKUP 150: exit status 7'
    tell "$(state web backup active)"
    within 10 said './fail INSTANCE web MASTER 150: ended by signal 15, Terminated'
    exec 7>&-
    ended 0
    [ "$(wc -l <err)" -eq 2 ]
}

@test "a command that cannot be executed any more is told once by its name, and runs when it is there again" {
    script gone 'echo special >>"$WORK/ran"'
    begin --fault ./gone ./note
    tell '# up?' && within 10 is_there out
    mv gone away
    tell "$(state web init fault)" && within 10 ran 'INSTANCE web FAULT 150'
    tell "$(state web init fault)" && within 10 ran 'INSTANCE web FAULT 150' 'INSTANCE web FAULT 150'
    said_times './gone: cannot be executed: No such file or directory (told once)' 1
    printf 'echo no first line\n' >gone && chmod +x gone
    : >ran
    tell "$(state web init fault)" && within 10 ran 'INSTANCE web FAULT 150'
    mv away gone
    : >ran
    tell "$(state web init fault)" && within 10 ran special 'INSTANCE web FAULT 150'
    chmod -x gone
    tell "$(state web init fault)"
    exec 7>&-
    ended 0
    said_times './gone: cannot be executed: Permission denied (told once)' 1
    [ "$(wc -l <err)" -eq 2 ]
}

@test "when no process can be had it is tried again" {
    begin ./note
    tell '# up?' && within 10 is_there out
    free=0
    while [ -e "/proc/$HOOK/fd/$free" ]; do free=$((free + 1)); done
    prlimit --pid "$HOOK" --nofile="$free:1024"
    tell "$(state web init backup)"
    within 10 said './note INSTANCE web BACKUP 150: cannot be started: Too many open files; it is tried again'
    tell '# up?' && within 10 passed_on 3 # and nothing else stands still
    [ ! -s ran ]
    prlimit --pid "$HOOK" --nofile=1024:1024
    within 10 ran 'INSTANCE web BACKUP 150'
    exec 7>&-
    ended 0
}

# --- Ends. ---

@test "at the end of input what runs may finish, and the last state is told" {
    script slow 'sleep 0.5; echo "$3" >>"$WORK/ran"'
    printf '%s\n' "$(state web init backup)" "$(state mail init backup)" "$(state web backup init why=shutdown)" \
        "$(state mail backup init why=shutdown)" >lines
    "$hook" ./slow <lines
    [ "$(grep -c STOP ran)" -eq 2 ]
}

@test "at the end of input a command that hangs makes room for the last state" {
    script hang 'echo "$3" >>"$WORK/ran"; [ "$3" = STOP ] || exec sleep 600'
    begin -T 4s ./hang
    tell "$(state web init backup)" && within 10 ran BACKUP
    tell "$(state web backup init why=shutdown)"
    start=$(now_ms)
    exec 7>&-
    ended 0
    [ $(($(now_ms) - start)) -lt 6000 ]
    ran BACKUP STOP
    said './hang INSTANCE web BACKUP 150: not done'
}

@test "TERM: it goes on to the end of input, the last state is told in time though a command hangs" {
    script hang 'echo "$3" >>"$WORK/ran"; [ "$3" = STOP ] || exec sleep 600'
    begin ./hang
    tell "$(state web init backup)" && within 10 ran BACKUP
    kill -TERM "$HOOK"
    kill -HUP "$HOOK"
    start=$(now_ms)
    tell "$(state web backup init why=shutdown)"
    within 5 passed_on 2
    exec 7>&-
    ended 0
    [ $(($(now_ms) - start)) -lt 10000 ]
    ran BACKUP STOP
    said './hang INSTANCE web BACKUP 150: not done at the end: killed'
}

@test "TERM without end of input ends it, a second one forces it" {
    begin ./note
    tell "$(state web init backup)" && within 10 ran 'INSTANCE web BACKUP 150'
    start=$(now_ms)
    kill -TERM "$HOOK"
    ended 0
    took=$(($(now_ms) - start))
    [ "$took" -ge 1900 ]
    [ "$took" -lt 8000 ]
    rm in
    script hang 'echo $$ >"$WORK/a.pid"; exec sleep 600'
    begin ./hang
    tell "$(state web init backup)" && within 10 is_there a.pid
    tell "$(state web backup active)" && within 10 passed_on 2
    exec 7>&-
    kill -TERM "$HOOK"
    sleep 1.1 # sooner it would be a double of the first
    start=$(now_ms)
    kill -TERM "$HOOK"
    ended 0
    [ $(($(now_ms) - start)) -lt 4000 ]
    is_gone "$(cat a.pid)"
    said '1 more that waited for their turn was not run: the time is over'
}

@test "input that cannot be read is exit 3, and what was read before is still run" {
    run -3 "$hook" ./note </
    [[ $output == *"vrrp-hook: standard input: Is a directory"* ]]
    run -3 bash -c '"$1" ./note <&-' bash "$hook"
    [[ $output == *"vrrp-hook: standard input: Bad file descriptor"* ]]
    run -3 bash -c '"$1" ./note >/dev/full <<<"$2"' bash "$hook" "$(state web init backup)"
    [[ $output == *"vrrp-hook: standard output: No space left on device"* ]]
    ran 'INSTANCE web BACKUP 150'
}

# --- What runs nothing. ---

@test "a replay, another boot, a shadow and old news run nothing, and say so once" {
    runs_nothing() { # MESSAGE LINE...
        : >ran
        printf '%s\n' "${@:2}" >lines
        "$hook" -e elected ./note <lines >out 2>err
        cat err ran
        cmp lines out && [ ! -s ran ] && said_times "$1" 1
    }
    read -r up _ </proc/uptime
    boot=$(</proc/sys/kernel/random/boot_id)
    runs_nothing 'standard input:1: this state line runs nothing: it is replayed (replay=yes) (told once)' \
        "$(state web init backup replay=yes)" "$(state web init active replay=yes)"
    runs_nothing 'standard input:2: this elected line runs nothing: its source is a file (clock source=file) (told once)' \
        "$EPOCHREALTIME clock mono=$up boot=$boot source=file" 'elected if=eth0 af=4 vrid=51' "$(state web init backup)"
    runs_nothing 'standard input:2: this state line runs nothing: it is of another boot of a machine (clock boot=) (told once)' \
        "$EPOCHREALTIME clock mono=$up boot=other source=live" "$(state web init backup)" "$(state web init active)"
    runs_nothing 'standard input:1: this elected line runs nothing: it is more than a minute old (told once)' \
        "$((EPOCHSECONDS - 100)).5 elected if=eth0 af=4 vrid=51" "$((EPOCHSECONDS - 100)).5 elected if=eth0 af=4 vrid=51"
    # but a state is true until the next one, however long this program was stopped
    "$hook" ./note <<<"$((EPOCHSECONDS - 100)).5 $(state web init backup)"
    ran 'INSTANCE web BACKUP 150'
    : >ran
    "$hook" ./note <<<"$(state web init active shadow=yes)"
    [ ! -s ran ]
    "$hook" --shadow ./note <<<"$(state web init active shadow=yes)"
    ran 'INSTANCE web MASTER 150'
}

@test "a capture that is replayed runs nothing" {
    "$BUILD/vrrp-listen" -r "$BATS_TEST_DIRNAME/../pcap/keepalived.pcap" | "$BUILD/vrrp-elect" |
        "$hook" -e elected -e vacant ./note >out 2>err
    [ -s out ]
    [ ! -s ran ]
    [ -s err ]
}

# --- The FIFO. ---

@test "--fifo: each transition at once, in keepalived's form, however slow the command" {
    script slow 'while [ ! -e "$WORK/go" ]; do sleep 0.05; done'
    mkfifo fifo
    exec 8<>fifo
    begin --fifo fifo ./slow
    tell "$(state web init backup)" "$(state web backup active)" "$(state 'a%20b' backup active group=g)" \
        "$(state web active init why=shutdown)"
    for expected in 'INSTANCE "web" BACKUP 150' 'INSTANCE "web" MASTER 150' 'INSTANCE "a b" MASTER 150' 'GROUP "g" MASTER 0' \
        'INSTANCE "web" STOP 150'; do
        read -r -t 10 -u 8 line
        [ "$line" = "$expected" ]
    done
    : >go
    exec 7>&-
    ended 0
}

@test "--fifo: without a reader lines are dropped and counted, with one again they come" {
    mkfifo fifo
    begin --fifo fifo
    for to in backup active backup; do tell "$(state web init "$to")"; done
    within 10 passed_on 3
    said_times '--fifo fifo: nobody reads it: lines are dropped' 1
    exec 8<>fifo
    tell "$(state web init active)"
    read -r -t 10 -u 8 line
    [ "$line" = 'INSTANCE "web" MASTER 150' ]
    within 10 said '--fifo fifo: 3 lines were dropped'
    exec 8<&-
    tell "$(state web init fault)"
    within 10 passed_on 5
    exec 8<>fifo # another reader
    tell "$(state web init backup)"
    read -r -t 10 -u 8 line
    [ "$line" = 'INSTANCE "web" BACKUP 150' ]
    exec 7>&-
    ended 0
    said_times '--fifo fifo: 1 line was dropped' 1
}

@test "--fifo: a reader that has stopped holds up nothing" {
    mkfifo fifo
    exec 8<>fifo
    begin --fifo fifo ./note
    for ((i = 0; i < 4000; i++)); do state web init backup; done >&7
    within 20 passed_on 4000
    within 10 said '--fifo fifo: its reader has stopped: lines are dropped'
    exec 7>&-
    ended 0
    grep -q 'fifo: [0-9]* lines were dropped' err
}

# --- The command line. ---

@test "wrong words are named, exit 2, and nothing is run or passed on" {
    wrong() { # MESSAGE WORD...
        local status=0
        state web init backup | "$hook" "${@:2}" >out 2>err || status=$?
        cat err
        [ "$status" -eq 2 ] && [ ! -s out ] && [ ! -s ran ] && said "$1"
    }
    mkdir directory
    wrong 'nothing to run: COMMAND is missing'
    wrong './nowhere: No such file or directory' ./nowhere
    wrong 'no-such-command: no such command in PATH' no-such-command
    wrong '/etc/passwd: not a file that may be executed' /etc/passwd
    wrong './directory: Is a directory' ./directory
    wrong '--master ./nowhere: No such file or directory' --master './nowhere a' ./note
    wrong "--stop ./note 'a: a ' is not closed" --stop "./note 'a"
    wrong '--fault : no command' --fault '' ./note
    wrong '--fault ./note: given twice' --fault ./note --fault ./note
    wrong '--backup: needs a value' --fault ./note --backup
    wrong '-e send: not elected, vacant or alert' -e send ./note
    wrong '-e: runs COMMAND, which is missing' -e alert --master ./note
    for limit in 0s 25h; do wrong "-T $limit: more than 0s" -T $limit ./note; done
    wrong '-T 30: not a duration' -T 30 ./note
    wrong '--fifo nowhere: No such file' --fifo nowhere
    wrong '--fifo note: not a FIFO' --fifo note
}
