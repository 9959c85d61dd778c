/* By what others see whether a process still lives: a number that it alone has in its network namespace, until it ends,
 * however it ends. It is the port of a netlink socket, so nothing of it is in the file system. */
#ifndef NET_PRESENCE_H
#define NET_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

struct presence {
    int fd;
    uint32_t number; /* never 0 */
};
bool presence_begin(struct presence *p); /* false: errno */
void presence_end(struct presence *p);
/* Does somebody with this number live? Nobody has 0. When it cannot be found out, yes. */
bool presence_lives(uint32_t number);

#endif
