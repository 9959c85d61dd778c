#!/usr/bin/env bats
# What nobody may say: decisions that are not elect's own, control lines where none are taken, and nonsense, in random
# mixtures and in pieces. SEED=N repeats a run.
bats_require_minimum_version 1.5.0

setup() {
    BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
    PATH=$BUILD:$PATH
    cd "$BATS_TEST_TMPDIR" || return
    seed=${SEED:-$RANDOM}
    echo "SEED=$seed"
}

now() { date +%s.%N; }
until_true() {
    local limit=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@" 2>/dev/null; do
        if ((${EPOCHREALTIME/./} > limit)); then
            echo "still not true: $*"
            tail -n 5 out err
            return 1
        fi
        sleep 0.05
    done
}

# hostile COUNT [control]: all of it has the word evil. What is for a control input has no control line that would be done.
hostile() {
    awk -v seed="$seed" -v count="$1" -v control="${2:-}" -v now="$(now)" '
        function any(list,    words, n) {
            n = split(list, words, "[|]")
            return words[1 + int(rand() * n)]
        }
        function time() { return any("||" now " |1000.5 |1795317129.000000001 ") }
        function router() {
            return any("if=eth0|if=evil0|if=*") " af=4 vrid=" any("51|51|66|0|999") " name=evil ver=3 prio=" any("0|1|255") \
                " interval=" any("10ms|1s") " ip=192.0.2." any("1|7|300") " src=192.0.2.66"
        }
        function decision(    event) {
            event = any("send|send|state|elected|vacant|notice|answer|status")
            if (event == "status") # (without one of these it would be a question)
                return event " " router() any(" id=evil state=active| id=evil end=yes count=9")
            return event " " router() any("| announce=yes| from=backup to=active why=evil| from=active to=init why=evil| done=yes")
        }
        function nonsense(    kind, size, text) {
            kind = int(rand() * 7)
            if (kind == 0) return sprintf("send evil=%c name=evil", 0)
            if (kind == 1) return "state if=evil0 if=evil0"
            if (kind == 2) return "evil send state=evil"
            if (kind == 3) return "x=%0Asend evil"
            if (kind == 4) return "\r\tsend evil\r"
            if (kind == 5) return sprintf("%c%c%c evil", 128 + rand() * 127, 1 + rand() * 8, 200)
            text = "send name=evil ip=192.0.2.1"
            size = 16300 + rand() * 200
            while (length(text) < size) text = text ",192.0.2.1"
            return text
        }
        function order(    vr) {
            vr = "vr if=evil0 vrid=7 ip=192.0.2.7"
            if (control)
                return any("novr|yield") any("| name=evil| name=| nam=real") \
                    any("|\nbegin\nvr if=evil0 vrid=7 ip=192.0.2.7|\nbegin\nvr if=evil0 vrid=0 ip=192.0.2.7\nvr if=evil0 vrid=7 ip=192.0.2.7\ncommit")
            return any("stop|novr name=real id=evil|yield name=real force=yes id=evil|begin|commit|vr " \
                router() "|vr if=eth0 vrid=51 name=real prio=1 ip=192.0.2.9 id=evil|track name=evil state=down")
        }
        BEGIN {
            srand(seed)
            for (i = 0; i < count; i++) {
                kind = int(rand() * 8)
                print time() (kind < 4 ? decision() : kind < 6 ? nonsense() : order())
            }
        }'
}

# What elect decides itself, it decides of what it was configured with, or heard; and each line is whole. (With -p the
# answers of another elect are passed on, as its log has them.)
says_only_its_own() { # FILE
    run -1 grep -aE '^[^ ]+ (send|state|elected|vacant|notice|answer) .*evil' "$1"
    run -1 grep -avE '^[0-9]+\.[0-9]+ [a-z]+( |$)' "$1"
}

# In one life: backup, active, and init at its end.
lived_as_if_nothing_was_said() { # FILE
    [ "$(sed -n 's/.* state .* name=real from=\([a-z]*\) to=\([a-z]*\) why=\([a-z-]*\) .* prio=100 .*/\1 \2 \3/p' "$1")" = \
        $'init backup startup\nbackup active timed-out\nactive init shutdown' ]
    [ "$(grep -ac ' send .* name=real .* prio=0 ' "$1")" -eq 1 ]
    [ "$(grep -acE ' (send|state) ' "$1")" -eq "$(grep -acE ' (send|state) if=eth0 af=4 vrid=51 name=real .* ip=192\.0\.2\.1 ?' "$1")" ]
}

@test "on standard input, live: nothing of it is taken or told, passed on or not" {
    for option in '' -p; do
        {
            echo "$(now) link if=eth0 state=up primary4=192.0.2.10"
            hostile 1000 | dd bs=11 status=none
            printf '\n%s link if=eth0 state=up primary4=192.0.2.10\n' "$(now)"
            sleep 0.6
            hostile 100
        } | vrrp-elect $option if=eth0 vrid=51 name=real interval=100ms ip=192.0.2.1 >out 2>err
        says_only_its_own out
        lived_as_if_nothing_was_said out
        [ -n "$option" ] || run -1 grep -a evil out
        [ "$(wc -l <err)" -lt 100 ]
    done
}

@test "in a replay: no decision of it is taken or told" {
    {
        echo "1000.0 link if=eth0 state=up primary4=192.0.2.10"
        echo "1000.5 unknown"
        echo "1001.0 tick every=100ms"
    } >calm
    for option in '' -p; do
        {
            head -n 2 calm
            hostile 1000 control | sed -E 's/^([0-9]+\.[0-9]+ )?/1000.5 /' | dd bs=17 status=none
            echo
            tail -n 1 calm
        } | vrrp-elect -t $option if=eth0 vrid=51 name=real interval=100ms ip=192.0.2.1 >out 2>err
        says_only_its_own out
        lived_as_if_nothing_was_said out
        # A decision that is no more than a wish moves no clock either.
        decisions() { grep -aE '^[^ ]+ (send|state) ' "$1"; }
        cmp <(decisions out) <(vrrp-elect -t if=eth0 vrid=51 name=real interval=100ms ip=192.0.2.1 <calm | grep -E ' (send|state) ')
    done
}

@test "on the control FIFO: nothing but what controls is taken or told" {
    for option in '' -p; do
        rm -f input control control.answers
        mkfifo input
        mkfifo -m 600 control
        vrrp-elect $option -C control if=eth0 vrid=51 name=real interval=100ms ip=192.0.2.1 <input >out 2>err 3>&- &
        elect=$!
        exec 7>input 8<>control
        echo "$(now) link if=eth0 state=up primary4=192.0.2.10" >&7
        until_true 10 grep -q 'to=active' out
        hostile 600 control | dd bs=13 status=none >&8
        printf '\nadvert if=eth0 af=4 vrid=51 ver=3 prio=255 interval=1s src=192.0.2.66\nalert evil=evil\nclock mono=1.0 boot=evil source=live\n' >&8
        printf 'evil\nlost where=evil n=1\nlink if=eth0 state=down\nstatus id=last\n' >&8
        until_true 20 grep -q ' status id=last end=yes count=1' out
        exec 7>&- 8>&-
        wait "$elect"
        says_only_its_own out
        lived_as_if_nothing_was_said out
        # (A control line is part of the log of -p.)
        grep -avE '^[^ ]+ (novr|yield|begin|vr|commit) ' out >rest
        run -1 grep -a evil rest
        [ "$(wc -l <err)" -lt 300 ]
    done
}
