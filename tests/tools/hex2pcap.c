/* hex2pcap < FRAMES > PCAP: Ethernet frames, of tests/unit/vectors.tsv or one a line, as a capture with nanosecond stamps.
 * Row n is stamped n seconds, so that what is read from the capture can be told apart. With a number as operand each
 * frame is cut off there, as a short snapshot length would. */
#include <stdlib.h>

#include "tests/tools/vectors.h"

static void put(uint32_t value)
{
    fwrite(&value, sizeof value, 1, stdout); /* in this machine's order: the magic number tells which */
}

/* pcap, draft-ietf-opsawg-pcap 4: magic, version 2.4, two zeros, snapshot length, link type. */
static void file_header(void)
{
    const uint16_t version[2] = {2, 4};
    put(0xa1b23c4d);
    fwrite(version, sizeof version, 1, stdout);
    put(0);
    put(0);
    put(65535);
    put(1);
}

enum { FRAME_BYTES = 2048 };

int main(int argc, char **argv)
{
    static char line[4 * FRAME_BYTES];
    static uint8_t frame[FRAME_BYTES];
    size_t snapshot = argc > 1 ? strtoul(argv[1], NULL, 10) : SIZE_MAX;
    uint32_t n = 0;

    file_header();
    while (fgets(line, sizeof line, stdin)) {
        const char *hex = hex_of_line(line);
        size_t length = hex ? hex_bytes(frame, sizeof frame, hex) : 0;

        if (!hex)
            continue;
        if (length == SIZE_MAX) {
            fprintf(stderr, "hex2pcap: not a frame: %s\n", hex);
            return 2;
        }
        size_t captured = length < snapshot ? length : snapshot;
        put(++n);
        put(0);
        put((uint32_t)captured);
        put((uint32_t)length);
        fwrite(frame, captured, 1, stdout);
    }
    return fflush(stdout) != 0 || ferror(stdout);
}
