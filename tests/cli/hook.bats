#!/usr/bin/env bats
# vrrp-hook: what commands are given, in which order; what runs nothing; the FIFO; its own words.

# shellcheck disable=SC2016,SC2094 # scripts in single quotes are for the shell inside
# shellcheck disable=SC2030,SC2031,SC2154 # each test has its own HOOK; hook.bash sets hook and work
load hook.bash

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
    begin --fifo fifo
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
