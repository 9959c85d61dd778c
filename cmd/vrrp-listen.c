/* vrrp-listen: captured packets, live or from a file, to lines. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/colour.h"
#include "cmd/key_file.h"
#include "cmd/listen.h"
#include "core/config_value.h"
#include "net/clock.h"
#include "net/link.h"

const struct program program = {
    .name = "vrrp-listen",
    .usage = "[-r FILE|-] [-w FILE|-] [-i NAME] [-s NAME] [-k FILE] [-c COUNT] [-T DURATION] [-R PRIO] [-qH] "
             "[IF]... [KEY=VALUE]...",
    .help = "Writes a line for each VRRP packet that is heard on the interfaces IF, or `any`.\n"
            "Without IF: on every interface that is up and has an address.\n"
            "  -r FILE      read a capture (pcap, pcapng; - is stdin) in place of interfaces\n"
            "  -w FILE      write the packets into a capture as well (- is stdout, without lines)\n"
            "  -i NAME      with -r: the interface that the lines are to name; else the same as IF\n"
            "  -s NAME      the segment: seg=NAME in each line of a packet\n"
            "  -k FILE      verify authentication by the keys in FILE, which nobody else may read: vrrp-keys(5)\n"
            "  -c COUNT     end after COUNT adverts\n"
            "  -T DURATION  give up after it: exit 1 when no advert was heard, or fewer than COUNT\n"
            "  -R PRIO      real-time priority, 1 to 99, and locked memory; exit 3 when it is refused\n"
            "  -q           no tick and no announce lines\n"
            "  -H           times for people\n"
            "  KEY=VALUE    only packets whose line matches: vrid=51 af=4 src=192.0.2.1 prio=100..200\n"
            "Exit status: 0 done, 1 not heard, 2 usage, 3 the system said no.\n",
};

/* option: "-i ", or "" of an operand. */
static void add_interface(struct listen *l, const char *option, const char *name)
{
    if (!ifname_is_valid(name))
        cli_die(EXIT_USAGE, "%s%s: not %s", option, name, IFNAME_ALLOWED);
    for (size_t i = 0; i < l->interface_count; i++)
        if (strcmp(l->interfaces[i], name) == 0)
            return;
    if (l->interface_count == LISTEN_INTERFACES)
        cli_die(EXIT_USAGE, "%s: more than %d interfaces; `any` is all of them", name, LISTEN_INTERFACES);
    memcpy(l->interfaces[l->interface_count++], name, strlen(name) + 1);
}

static const char *segment(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length >= NODE_TEXT)
        cli_die(EXIT_USAGE, "-s %s: not 1 to %d bytes", name, NODE_TEXT - 1);
    return name;
}

static void read_options(struct listen *l, int argc, char **argv)
{
    int option;

    while ((option = cli_option(argc, argv, "r:w:i:s:k:c:T:R:qH")) != -1) {
        switch (option) {
        case 'r':
            l->read_path = optarg;
            break;
        case 'w':
            l->write_path = optarg;
            break;
        case 'i':
            add_interface(l, "-i ", optarg);
            break;
        case 's':
            l->seg = segment(optarg);
            break;
        case 'k':
            l->key_path = optarg;
            break;
        case 'c':
            l->count = cli_number('c', optarg, 1, UINT64_MAX);
            break;
        case 'T':
            l->limit = cli_duration('T', optarg);
            if (l->limit > INT64_MAX - clock_now().us)
                cli_die(EXIT_USAGE, "-T %s: too long", optarg);
            l->limited = true;
            break;
        case 'R':
            cli_realtime(optarg);
            l->realtime = true;
            break;
        case 'q':
            l->quiet = true;
            break;
        case 'H':
            l->human = true;
            break;
        default:
            break;
        }
    }
}

static void read_operands(struct listen *l, char **operands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *reason;

        if (strchr(operands[i], '=') != NULL) {
            if (!filter_add(&l->filter, operands[i], &reason))
                cli_die(EXIT_USAGE, "%s: %s", operands[i], reason);
        } else if (l->read_path != NULL) {
            cli_die(EXIT_USAGE, "%s: with -r the packets come from the file; -i NAME names their interface",
                    operands[i]);
        } else {
            add_interface(l, "", operands[i]);
        }
    }
    if (l->read_path != NULL && l->realtime)
        cli_die(EXIT_USAGE, "-R: with -r nothing is urgent");
    if (l->read_path != NULL && l->interface_count > 1)
        cli_die(EXIT_USAGE, "-i %s: one name is enough for a file", l->interfaces[1]);
    for (size_t i = 0; i < l->interface_count && l->interface_count > 1; i++)
        if (strcmp(l->interfaces[i], "any") == 0)
            cli_die(EXIT_USAGE, "any: is every interface, no other can be named beside it");
}

static void take_all_interfaces(struct listen *l)
{
    static char found[LISTEN_INTERFACES + 1][IFNAME_TEXT];
    char names[16 * LISTEN_INTERFACES];
    size_t length = 0;

    l->interface_count = link_names_up(found, LISTEN_INTERFACES + 1);
    if (l->interface_count == 0)
        cli_die(EXIT_SYSTEM, "no interface is up and has an address");
    if (l->interface_count > LISTEN_INTERFACES)
        cli_die(EXIT_USAGE, "more than %d interfaces are up and have an address: name some, or `any`",
                LISTEN_INTERFACES);
    memcpy(l->interfaces, found, sizeof l->interfaces);
    for (size_t i = 0; i < l->interface_count; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, " %s", l->interfaces[i]);
    cli_say("listening on%s", names);
}

int main(int argc, char **argv)
{
    static struct listen l;

    filter_init(&l.filter);
    read_options(&l, argc, argv);
    read_operands(&l, argv + optind, (size_t)(argc - optind));
    cli_need_stream(STDOUT_FILENO);
    if (l.write_path != NULL)
        cli_check_packets(l.write_path, l.read_path);
    l.packets_only = l.write_path != NULL && strcmp(l.write_path, "-") == 0;
    l.terminal = isatty(STDOUT_FILENO);
    l.colour = colour_wanted();
    l.writer = (struct writer){
        .buffer = l.buffer,
        .size = sizeof l.buffer,
        .format_time = l.human || l.terminal ? clock_format_human : NULL,
    };
    if (l.key_path != NULL)
        l.keys = key_file_read(l.key_path);
    if (l.read_path == NULL && l.interface_count == 0)
        take_all_interfaces(&l);
    return l.read_path != NULL ? listen_file(&l) : listen_live(&l);
}
