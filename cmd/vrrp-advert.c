/* vrrp-advert: puts advertisements on the wire; for `send` lines, or one by hand. */
#include "cmd/advert.h"

#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/key_file.h"

const struct program program = {
    .name = "vrrp-advert",
    .usage =
        "[-R PRIO] [-k FILE] [-n | -w FILE]\n"
        "       vrrp-advert [-R PRIO] [-k FILE] [-F] [-c COUNT] [-n | -w FILE] if=IF vrid=N ip=ADDR,... [key=value...]",
    .help = "Without operands: reads lines, sends the advertisement of each fresh `send` line, passes all lines on.\n"
            "With operands: advertises one virtual router; first listens, and refuses when somebody is Active.\n"
            "  -c COUNT  stop after so many advertisements\n"
            "  -F        do not listen first\n"
            "  -k FILE   sign by the keys in FILE, which nobody else may read: vrrp-keys(5); HUP: read it again\n"
            "  -n        send nothing: print each line, and its frame in hex as `# frame ...`\n"
            "  -R PRIO   real-time priority, 1 to 99, and locked memory; exit 3 when it is refused\n"
            "  -w FILE   write the packets into a pcap file instead of sending them (-: standard output)\n"
            "  -h, -V    help, version\n",
};

int main(int argc, char **argv)
{
    struct advert_options o = {0};
    bool hand_only = false;
    for (int option; (option = cli_option(argc, argv, "c:Fk:nR:w:")) != -1;) {
        switch (option) {
        case 'c':
            o.count = cli_number('c', optarg, 1, UINT64_MAX);
            hand_only = true;
            break;
        case 'F':
            o.force = hand_only = true;
            break;
        case 'k':
            o.key_path = optarg;
            break;
        case 'n':
            o.dry = true;
            break;
        case 'R':
            cli_realtime(optarg);
            break;
        case 'w':
            o.file = optarg;
            break;
        }
    }
    if (o.dry && o.file)
        cli_die(EXIT_USAGE, "-n and -w: one of them");
    cli_need_stream(STDOUT_FILENO);
    if (o.key_path)
        o.keys = key_file_read(o.key_path);
    if (o.file)
        cli_check_packets(o.file, optind < argc ? NULL : "-");
    if (optind < argc)
        return cli_finish(advert_hand(&o, argv + optind, (size_t)(argc - optind)));
    if (hand_only)
        cli_die(EXIT_USAGE, "-c and -F go with operands: if=IF vrid=N ip=ADDR");
    if (isatty(STDIN_FILENO)) {
        cli_usage_to_stderr();
        cli_say("it reads lines from standard input, which is a terminal; with operands it advertises by hand");
        return EXIT_USAGE;
    }
    cli_need_stream(STDIN_FILENO);
    return cli_finish(advert_filter(&o));
}
