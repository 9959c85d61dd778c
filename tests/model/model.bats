#!/usr/bin/env bats
# The model checker in little: `make model` goes further.
# shellcheck disable=SC2030,SC2031 # output and status are bats'

setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    BUILD=${BUILD:-$root/build}
}

@test "whatever happens to two or three routers, or to groups of them, the laws hold" {
    run "$BUILD/model" -f 2 -n 200000
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} =~ ^[0-9]+\ states,\ ([0-9]+)\ of\ ([0-9]+)\ scenarios\ hold ]]
    [ "${BASH_REMATCH[1]}" -eq "${BASH_REMATCH[2]}" ] && [ "${BASH_REMATCH[2]}" -ge 19 ]
}

# finds MUTANT LAW: with this fault, that law does not hold
finds() {
    run "$BUILD/mutants/$1" -f 1 -n 100000
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"does not hold: $2: "* ]]
}

@test "a reversed tie-break is found" { finds tie-break-reversed two; }
@test "a truncated Skew_Time is found" { finds skew-truncated early; }
@test "an interval that is not learned is found" { finds interval-not-learned early; }
@test "preemption without its guard is found" { finds preempt-unguarded preempt; }
@test "an ignored priority 0 is found" { finds priority-0-ignored resign; }

@test "each fault is looked for" {
    [ "$(grep -c '^[a-z]*/' "$root/tests/model/mutants")" -eq "$(grep -c '^@test .*{ finds ' "$BATS_TEST_FILENAME")" ]
}
