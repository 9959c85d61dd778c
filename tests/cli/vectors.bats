#!/usr/bin/env bats
# What vrrp-listen makes of tests/unit/vectors.tsv, read from a capture: row n is stamped n seconds.

setup_file() {
    bats_require_minimum_version 1.5.0
    root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export BUILD=${BUILD:-$root/build}
    export vectors=$root/tests/unit/vectors.tsv
    "$BUILD/hex2pcap" <"$vectors" >"$BATS_FILE_TMPDIR/vectors.pcap"
    "$BUILD/vrrp-listen" -r "$BATS_FILE_TMPDIR/vectors.pcap" >"$BATS_FILE_TMPDIR/lines"
}

rows() {
    grep -v '^#' "$vectors"
}

@test "each vector gives one line, with its event and all the keys that it names" {
    local number=0 failed=0 id what expected event words line word
    while IFS=$'\t' read -r id what _ _ _ _ expected; do
        number=$((number + 1))
        line=$(grep "^$number\.000000000 " "$BATS_FILE_TMPDIR/lines" | grep -v ' clock ' || true)
        read -r -a words <<<"$expected"
        event=${words[0]}
        if [ "$(printf '%s\n' "$line" | grep -c .)" -ne 1 ] || [[ $line != "$number.000000000 $event "* ]]; then
            printf '%s %s: one %s was due:\n%s\n' "$id" "$what" "$event" "$line"
            failed=1
        fi
        for word in "${words[@]:1}"; do
            [[ " $line " == *" $word "* ]] && continue
            printf '%s %s: no %s:\n%s\n' "$id" "$what" "$word" "$line"
            failed=1
        done
    done < <(rows)
    [ "$number" -eq 28 ]
    [ "$failed" -eq 0 ]
}

@test "no vector gives more than is due" {
    [ "$(grep -vc ' clock ' "$BATS_FILE_TMPDIR/lines")" -eq 28 ]
    for event in advert bad other; do
        expected=$(rows | cut -f 7 | grep -c "^$event ")
        [ "$(grep -c "^[0-9.]* $event " "$BATS_FILE_TMPDIR/lines")" -eq "$expected" ]
    done
}

@test "frames that are cut off by the snapshot length are never adverts" {
    for snapshot in 0 10 14 23 24 34 42 45; do
        "$BUILD/hex2pcap" "$snapshot" <"$vectors" >"$BATS_TEST_TMPDIR/cut.pcap"
        "$BUILD/vrrp-listen" -r "$BATS_TEST_TMPDIR/cut.pcap" >"$BATS_TEST_TMPDIR/lines"
        run ! grep ' advert ' "$BATS_TEST_TMPDIR/lines"
    done
    grep -q ' bad .* why=short ' "$BATS_TEST_TMPDIR/lines"
}

@test "the lines of a capture through a pipe are the same" {
    "$BUILD/vrrp-listen" -r - <"$BATS_FILE_TMPDIR/vectors.pcap" | cmp - "$BATS_FILE_TMPDIR/lines"
    dd status=none if="$BATS_FILE_TMPDIR/vectors.pcap" | "$BUILD/vrrp-listen" -r - | cmp - "$BATS_FILE_TMPDIR/lines"
}
