#!/usr/bin/env bats
# Captures of real routers, each with one story, and what is said of them (tests/pcap/README).
bats_require_minimum_version 1.5.0

setup_file() {
    export BUILD=${BUILD:-$BATS_TEST_DIRNAME/../../build}
    export PCAP=$BATS_TEST_DIRNAME/../pcap
    cd "$BATS_FILE_TMPDIR" || return
    "$PCAP/golden" -o .
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

same() { # SUFFIX: as in the tree, for each story
    local name different=0
    for name in $("$PCAP/record" -l); do
        diff "$PCAP/$name.$1" "$name.$1" || different=$((different + 1))
    done
    [ "$different" -eq 0 ]
}

found() { awk '$2 == "alert" && $0 ~ / sev=(crit|high|med) / { sub(/.* rule=/, ""); sub(/ .*/, ""); print }' "$1" | sort -u; }

@test "the audit of each story is the one that was looked at" { same audit; }

@test "the explanation of each story is the one that was looked at" { same explain; }

@test "what is as it should be alarms nobody; everything else does, by its name" {
    local name
    for name in crash resign preemption frr-crash frr-preemption ipv6-crash vmac unicast; do
        echo "$name"
        [ -z "$(found "$name.audit")" ]
    done
    found split-brain.audit | grep -qx split-brain
    found flapping.audit | grep -qx flapping
    found checksum-forms.audit | grep -qx checksum-form-mixed
    found password.audit | grep -qx auth-cleartext
    found interval-mismatch.audit | grep -qx interval-mismatch
    found rogue.audit | grep -qx priority-takeover
    found vip-stolen.audit | grep -qx garp-nonactive
}

@test "a policy learnt from a good day finds the rogue of another" {
    "$BUILD/vrrp-listen" -r "$PCAP/crash.pcap" | "$BUILD/vrrp-audit" --learn >policy 2>table
    run -1 --separate-stderr "$BUILD/vrrp-audit" -P policy < <("$BUILD/vrrp-listen" -r "$PCAP/rogue.pcap")
    [[ $output == *"rule=rogue-speaker sev=crit"*"src=192.0.2.3"* ]]
    run -0 --separate-stderr "$BUILD/vrrp-audit" -P policy < <("$BUILD/vrrp-listen" -r "$PCAP/preemption.pcap")
    [ -z "$output" ]
}

@test "vrrp-tools(7) shows what is really said" {
    local dir=$PWD line command="" wrong=0 said
    cd "$PCAP"
    export TZ=UTC0 PATH=$BUILD:$PATH
    while IFS= read -r line; do
        case $line in
        '$ cat policy') said=$(<"$dir/policy") ;;
        '$ '*)
            command=${line#'$ '}
            said=$(bash -c "${command//policy/$dir/policy}" 2>/dev/null) || : # the audit says no
            ;;
        *) grep -qxF -- "$line" <<<"$said" || { echo "$command: $line" && wrong=1; } ;;
        esac
    done < <(awk '/^\.Ss/ { on = / Three captures$/ } /^\.Ed/ { shown = 0 } on && shown { print } /^\.Bd/ { shown = 1 }' \
        ../../man/vrrp-tools.7)
    [ -n "$command" ]
    [ "$wrong" -eq 0 ]
}
