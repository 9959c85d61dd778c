#!/usr/bin/env bats
# vrrp-audit on lines: what it finds and says, policies, learning, folding, exit statuses, hostile input.

# shellcheck disable=SC2030,SC2031,SC2154 # output and stderr are bats'

bats_require_minimum_version 1.5.0

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    audit=${BUILD:-$root/build}/vrrp-audit
    cd "$BATS_TEST_TMPDIR" || return
}

# adverts FROM TO STEP KEY=VALUE...: a line each; what is not given is usual.
adverts() {
    local from=$1 to=$2 step=$3
    shift 3
    awk -v from="$from" -v to="$to" -v step="$step" -v given="$*" 'BEGIN {
        usual = "if=eth0 af=4 vrid=51 dir=in ver=3 prio=100 interval=1s src=192.0.2.1 dst=224.0.0.18 ttl=255 "
        usual = usual "smac=02:00:00:00:00:01 dmac=01:00:5e:00:00:12 cksum=pseudo auth=none ip=192.0.2.100"
        count = split(usual, words, " ")
        for (n = split(given, g, " "); n > 0; n--) { key = g[n]; sub(/=.*/, "", key); value[key] = g[n] }
        for (i = 1; i <= count; i++) {
            key = words[i]; sub(/=.*/, "", key)
            line = line " " (key in value ? value[key] : words[i])
        }
        for (n = 0; from + n * step <= to + 1e-6; n++)
            printf "%.9f advert%s\n", 1795317100 + from + n * step, line
    }'
}

# A segment of two routers, with a crash and a failback.
clean() {
    { adverts 0 20 1 prio=150
      adverts 23.61 43 1 src=192.0.2.2 smac=02:00:00:00:00:02
      adverts 43.5 60 1 prio=150; } | sort -n
}

split_brain() {
    { adverts 0 20 1 prio=150; adverts 5.5 20 1 src=192.0.2.2 smac=02:00:00:00:00:02; } | sort -n
}

rules_of() { sed -n 's/.* alert rule=\([^ ]*\) .*/\1/p' | sort -u | tr '\n' ' '; }

@test "the page of the rules and the table of the code say the same, both ways" {
    sed -n 's/^\.It Cm \([a-z0-9-]*\) Pq \([a-z]*\)$/\1 \2/p' "$root/man/vrrp-audit-rules.7" | sort >page
    sed -n 's/^    \[RULE_[A-Z0-9_]*\] = {"\([a-z0-9-]*\)", \([A-Z]*\), .*/\1 \L\2/p' "$root/lib/core/audit_rules.c" |
        sort >code
    [ "$(wc -l <code)" -eq "$(grep -c '^    RULE_.*,' "$root/lib/core/audit_rules.h")" ]
    [ "$(wc -l <code)" -ge 66 ]
    diff page code
}

@test "a clean segment is silent, exit 0; with -S low it is what could be better, exit 1" {
    clean >lines
    "$audit" <lines >out
    [ ! -s out ]
    run -1 "$audit" -S low <lines
    [[ $output == *"rule=src-mac-not-vmac sev=low if=eth0 af=4 vrid=51 src=192.0.2.1 smac=02:00:00:00:00:01"* ]]
    [[ ! $output =~ sev=(info|med|high|crit) ]]
    run -1 "$audit" -Sinfo <lines
    [[ $output == *"rule=priority-takeover sev=info if=eth0 af=4 vrid=51 src=192.0.2.1 "*"peer=192.0.2.2 value=150"* ]]
}

@test "of keepalived's own capture only what is wrong there: a password, and two who speak past each other" {
    run -1 "$audit" <"$root/tests/pcap/keepalived.lines"
    [ "$(rules_of <<<"$output")" = "auth-cleartext illegitimate-takeover split-brain " ]
    [ "$(grep 'rule=auth' <<<"$output" | grep -cv ' vrid=2 ')" -eq 0 ]
    [ "$(grep -v 'rule=auth' <<<"$output" | grep -cv ' vrid=77 ')" -eq 0 ]
}

# found STORY RULES: what is told of that capture at the default severity.
found() {
    local rules
    rules=$("${audit%audit}listen" -r "$root/tests/pcap/$1.pcap" | "$audit" | rules_of)
    [ "$rules" = "$2" ] || { echo "$1: $rules" && false; }
}

@test "captures with a story: the failover of a clean segment is silent, what is wrong is found" {
    for story in crash resign preemption frr-crash frr-preemption ipv6-crash vmac unicast; do
        found "$story" ''
    done
    found flapping 'flapping '
    found checksum-forms 'checksum-form-mixed '
    found password 'auth-cleartext '
    found rogue 'priority-takeover '
    found vip-stolen 'arp-reply-nonactive garp-nonactive '
    found split-brain 'arp-reply-nonactive garp-nonactive illegitimate-takeover split-brain '
    found interval-mismatch 'arp-reply-nonactive garp-nonactive interval-mismatch '
}

@test "a stolen address is found whatever vrid= its announcements have" {
    "${audit%audit}listen" -r "$root/tests/pcap/vip-stolen.pcap" >lines
    run -1 "$audit" <lines
    wanted=$output
    [ "$(rules_of <<<"$wanted")" = "arp-reply-nonactive garp-nonactive " ]
    for vrid in '' 'vrid=52 '; do # lines of before; and what a liar may bring about with an advertisement of his own
        run -1 "$audit" < <(sed "s/\( announce .*\)vrid=51 /\1$vrid/" lines)
        [ "$output" = "$wanted" ]
    done
}

@test "split brain is found at the moment of its proof, then summed up" {
    split_brain >lines
    run -1 "$audit" <lines
    [ "${lines[0]}" = "1795317106.500000000 alert rule=illegitimate-takeover sev=high if=eth0 af=4 vrid=51 src=192.0.2.2 smac=02:00:00:00:00:02 peer=192.0.2.1 value=100 against=150" ]
    [ "${lines[1]}" = "1795317107.500000000 alert rule=split-brain sev=crit if=eth0 af=4 vrid=51 src=192.0.2.1 peer=192.0.2.2 value=150 against=100" ]
    [ "$(rules_of <<<"$output")" = "illegitimate-takeover split-brain " ]
    [ "$(grep -c rule=split-brain <<<"$output")" -eq 2 ]
    [[ $output =~ rule=split-brain\ sev=crit\ if=eth0\ af=4\ vrid=51\ src=192.0.2.1\ peer=192.0.2.2\ value=150\ against=100\ n=[0-9]+\ first=[0-9.]+\ last=1795317120.000000000 ]]
    run -1 "$audit" -S crit <lines
    [ "$(rules_of <<<"$output")" = "split-brain " ]
}

@test "no input, or none that is VRRP, is a finding" {
    run -1 "$audit" </dev/null
    [[ $output =~ ^[0-9]+\.[0-9]{9}\ alert\ rule=nothing-heard\ sev=high$ ]]
    run -1 "$audit" <<<'1.5 elected if=eth0 af=4 vrid=51 active=192.0.2.3 prio=150 why=first'
    [ "$output" = "1.500000000 alert rule=nothing-heard sev=high" ]
    "$audit" -S crit </dev/null
}

@test "-p passes on all lines to the byte, each before what was found in it" {
    { split_brain; printf '%s\r\n' '1795317121.5   whatever this=that  # a comment'; } >lines
    run -1 --keep-empty-lines bash -c '"$1" -p <lines >out' bash "$audit"
    grep -v ' alert ' out | cmp - lines
    awk '$2 == "alert" { if ($1 != last) bad = 1 } { last = $1 } END { exit bad }' <(grep -v ' n=' out | head -n -1)
    "$audit" -p -S crit </dev/null >out
    [ ! -s out ]
}

@test "a policy: what is allowed is silent, what is not is found" {
    clean >lines
    printf '%s\n' '# ours' '' 'allow if=eth0 vlan=none af=4 vrid=51 ver=3 prio=100..150 src=192.0.2.1,192.0.2.2 ip=192.0.2.100  # both' >policy
    "$audit" -P policy <lines
    adverts 30 35 1 src=192.0.2.66 prio=254 >>lines
    sort -n lines >changed
    run -1 "$audit" -P policy <changed
    [[ $output == *"rule=rogue-speaker sev=crit if=eth0 af=4 vrid=51 src=192.0.2.66 smac=02:00:00:00:00:01 what=src-not-allowed value=254"* ]]
    printf 'allow if=eth0 vrid=51\nallow if=eth1 vrid=52 src=192.0.2.7\n' >policy
    run -1 "$audit" -P policy <lines
    [[ $output == *"rule=absent-speaker sev=high if=eth1 vrid=52 src=192.0.2.7 value=2"* ]]
}

# wrong LINE WORD REASON: this line of a policy ends it with exit 2, and the message names file, line, word and reason.
wrong() {
    printf '# a policy\nallow vrid=1\n%s\n' "$1" >policy
    run -2 --separate-stderr "$audit" -P policy <<<'advert'
    [ -z "$output" ]
    [[ $stderr == "vrrp-audit: policy:3: $2: "*"$3"* ]] || { echo "$1: $stderr" && false; }
    [[ $stderr == *"vrrp-audit: policy: nothing was judged" ]]
}

@test "a policy that is wrong: exit 2 with file, line and word" {
    wrong 'deny vrid=1' deny 'not allow'
    wrong 'allow vrid=0' vrid=0 'not a VRID'
    wrong 'allow vrid=7..3' vrid=7..3 'not a VRID'
    wrong 'allow prio=0' prio=0 'not a priority'
    wrong 'allow prio=1..256' prio=1..256 'not a priority'
    wrong 'allow ver=4' ver=4 'not 2, 3 or both'
    wrong 'allow af=5' af=5 'not 4 or 6'
    wrong 'allow vlan=4095' vlan=4095 'not a number from 1 to 4094'
    wrong 'allow src=192.0.2.1,nobody' src=192.0.2.1,nobody 'not addresses'
    wrong 'allow mac=02:00' mac=02:00 'not MAC addresses'
    wrong 'allow ip=192.0.2.1/24' ip=192.0.2.1/24 'not addresses'
    wrong 'allow if=a-name-that-is-too-long' if=a-name-that-is-too-long 'not a name'
    wrong 'allow pri=7' pri=7 'not a key'
    wrong 'allow vrid' vrid 'not key=value'
    wrong 'allow vrid=1 vrid=2' vrid=2 'duplicate key'
    run -3 "$audit" -P nowhere </dev/null
    [ "$output" = "vrrp-audit: nowhere: No such file or directory" ]
}

@test "usage: unknown severities, operands, and what does not go together" {
    run -2 "$audit" -S bad </dev/null
    [ "${lines[0]}" = "vrrp-audit: -S bad: not info, low, med, high or crit" ]
    run -2 "$audit" lines </dev/null
    [ "${lines[0]}" = "vrrp-audit: lines: lines are read on standard input only" ]
    for with in -p -H '-S low' '-P policy'; do
        # shellcheck disable=SC2086 # an option and its value
        run -2 "$audit" --learn $with </dev/null
        [ "${lines[0]}" = "vrrp-audit: --learn: writes a policy, and goes with no other option" ]
    done
}

@test "what --learn writes allows what it heard, and nothing else" {
    { clean; adverts 0.2 60 1 vlan=7 vrid=9 if=e%1B%25h ver=2 cksum=message ip=192.0.2.9,198.51.100.7; } | sort -n >lines
    run -0 --separate-stderr "$audit" --learn <lines
    # shellcheck disable=SC2154 # bats sets it
    [ "${stderr_lines[0]}" = "if              vlan af vrid ver     prio  src -> ip" ]
    [ "${stderr_lines[2]}" = "eth0               -  4   51   3 100..150  192.0.2.1,192.0.2.2 -> 192.0.2.100" ]
    [[ ! $stderr =~ $'\e' ]]
    printf '%s\n' "$output" >policy
    [ "$(sed -n 2p policy)" = "allow if=eth0 vlan=none af=4 vrid=51 ver=3 prio=100..150 src=192.0.2.1,192.0.2.2 mac=02:00:00:00:00:01,02:00:00:00:00:02 ip=192.0.2.100" ]
    "$audit" -P policy <lines >out || { cat out && false; }
    for change in vrid=52 prio=151 prio=99 src=192.0.2.3 ip=192.0.2.101 if=eth1 ver=2 smac=02:00:00:00:00:09; do
        { clean; adverts 61 65 1 "$change"; } >changed
        run -1 "$audit" -P policy <changed
        [[ $output == *rule=rogue-speaker* ]] || { echo "$change" && false; }
    done
    run -1 "$audit" --learn </dev/null
    [ "$output" = "vrrp-audit: nothing was heard, so there is nothing to allow" ]
}

@test "values stay as they are escaped: nothing speaks to a terminal" {
    adverts 0 3 1 if=%1B%5B2J seg=%0A%07 auth=pass:unchecked >lines
    run -1 "$audit" <lines
    [[ $output == *" if=%1B[2J af=4"* ]]
    [[ ! $output =~ [[:cntrl:]] ]] || [ "$(tr -d '\n' <<<"$output" | tr -d ' -~' | wc -c)" -eq 0 ]
}

@test "malformed lines, and those whose values are wrong, are named and skipped" {
    { echo 'no equals sign'
      echo '1795317099.0 advert if=eth0 af=4 vrid=51 ver=3 prio=900 interval=1s src=192.0.2.1'
      echo '1795317099.0 bad if=eth0'
      echo '1795317099.0 announce af=4 ip=nothing op=garp'
      echo '1795317099.0 other proto=of-the-future'
      adverts 0 3 1; } >lines
    run -0 --separate-stderr "$audit" <lines
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" -eq 4 ]
    [[ ${stderr_lines[1]} == "vrrp-audit: standard input:2: prio=900: "* ]]
    [[ ${stderr_lines[2]} == "vrrp-audit: standard input:3: why: missing" ]]
}

@test "a flood of strangers becomes a few lines" {
    awk 'BEGIN { srand(5); for (i = 0; i < 50000; i++) printf "%.6f advert if=eth0 af=4 vrid=%d ver=%d prio=%d interval=1s " \
        "src=10.%d.%d.%d dst=224.0.0.18 ttl=255 smac=02:00:00:00:%02x:%02x cksum=message auth=pass:unchecked ip=192.0.2.%d\n",
        1e9 + i / 50000, 1 + rand() * 255, 2 + rand() * 2, 1 + rand() * 255, rand() * 256, rand() * 256, rand() * 256,
        rand() * 256, rand() * 256, rand() * 256 }' >lines
    run -1 "$audit" -S info <lines
    [ "${#lines[@]}" -lt 3000 ]
    [[ $output == *"rule=auth-cleartext sev=high what=many n="* ]]
}

@test "more virtual routers than there is room for: told, once" {
    awk 'BEGIN { for (i = 0; i < 20000; i++) printf "%.6f advert seg=s%d af=4 vrid=%d ver=3 prio=100 interval=1s src=192.0.2.1 " \
        "smac=02:00:00:00:00:01 cksum=pseudo auth=none ip=10.0.%d.%d\n", 1e9 + i / 10000, i / 255, i % 255 + 1, i / 256 % 256, i % 256 }' >lines
    run -0 --separate-stderr "$audit" <lines
    [ "$stderr" = "vrrp-audit: there is more than it can remember; what it forgets is new when it comes again" ]
    head -n 1000 lines >fewer
    run -0 --separate-stderr "$audit" <fewer
    [ -z "$stderr" ]
}

@test "it ends well: a reader that goes, a full disk" {
    split_brain >lines
    (yes "$(cat lines)" || true) | head -n 200000 | "$audit" -p | head -n 1 >out
    [ "$(wc -l <out)" -eq 1 ]
    run -3 bash -c '"$1" <lines >/dev/full' bash "$audit"
    [ "$output" = "vrrp-audit: standard output: No space left on device" ]
}
